"""What holds for every test: a home of its own, no settings from outside, no network beyond this machine.

`corpus_file` is each real project file in turn, where there are some: in the folder that the environment
variable SYNTASK_CORPUS names, or in `../shared/corpus` beside the checkout.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import warm

pytest_plugins = ["tests.support.server_fixtures"]

# No test is about time: a busy machine is no failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

CHECKOUT = Path(__file__).parents[1]
_SETTINGS = ("SYNTASK_", "PREFECT_")
_CORPUS = os.environ.get("SYNTASK_CORPUS")
CORPUS = Path(_CORPUS) if _CORPUS else CHECKOUT.parent / "shared" / "corpus"


# Who starts the tests in the background may have them, and all that they start, ignore Ctrl-C.
with suppress(ValueError):  # only a main thread can
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs no servers comes first: once started, they take processor time until the end."""
    with_servers = {item.path for item in items if item.get_closest_marker("real")}
    items.sort(key=lambda item: item.path in with_servers)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the expected outputs of acceptance cases")


class FailuresAtOnce:
    """Prints a failure when it happens, so that a run which is ended from outside has said what failed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            text = report.longreprtext.strip().splitlines()[-20:]
            terminal.ensure_newline()
            terminal.write_line(f"{report.when} of {report.nodeid} failed:", red=True)
            terminal.write_line("\n".join(f"    {line}" for line in text))


def pytest_configure(config: pytest.Config) -> None:
    chosen = config.option.markexpr
    if "torture" not in chosen:  # a `-m` of a command would take the place of one in the settings
        config.option.markexpr = f"({chosen}) and not torture" if chosen else "not torture"
    if not hasattr(config, "workerinput"):  # one process prints for those that pytest-xdist starts
        config.pluginmanager.register(FailuresAtOnce(config))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "corpus_file" in metafunc.fixturenames:
        files = sorted(CORPUS.glob("**/*.y*ml"))
        reason = f"no corpus at {CORPUS}; SYNTASK_CORPUS names one"
        none = pytest.param(None, marks=pytest.mark.skip(reason=reason), id="none")
        metafunc.parametrize(
            "corpus_file", [pytest.param(file, id=file.stem) for file in files] or [none], scope="session"
        )


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test session leaves in the home directory, such as Prefect's profiles, is thrown away."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("session-home")
        patch.setenv("HOME", str(home))
        patch.setenv("SYNTASK_HOME", str(home / ".syntask"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_network() -> Iterator[None]:
    """Only this machine answers."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _only_here(getattr(socket.socket, name)))
        yield


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings of whoever runs it, or those of another test."""
    for name in os.environ:
        if name.startswith(_SETTINGS):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SYNTASK_HOME", str(home / ".syntask"))


@pytest.fixture(scope="session", autouse=True)
def _warm() -> Iterator[None]:
    """What `syntask` is forked from ends with the tests."""
    yield
    warm.close()


class NetworkReached(Exception):
    """A test asks for another machine."""


def _only_here(connect: Any) -> Any:
    def connect_here(this: socket.socket, address: Any) -> Any:
        if this.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(str(address[0])):
            raise NetworkReached(f"{address[0]} is not this machine")
        return connect(this, address)

    return connect_here


def _is_here(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host in ("localhost", "")
    return address.is_loopback or address.is_unspecified
