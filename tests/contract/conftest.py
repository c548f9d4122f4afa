"""Every adapter of the port, in turn; our own one with a clock that stands still.

`backend` is one handle on a fresh backend and `twin` another one on the same, as a second process
would have it. `pool` is the name of a process pool that is there. Real servers take part in what is not
marked `own`: what only our own backend promises, for the reason that the mark gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.pool import WorkPool
from tests.contract.queue import ETL
from tests.support.prefect_server import PrefectServer

# A server's adapter has no queue: tests of the queue are for our own backends.
Open = Callable[[], OwnBackend]
Deploy = Callable[..., list[Stored]]


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: datetime = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


_SERVERS = (
    pytest.param("prefect-sqlite", marks=pytest.mark.real),
    # Both of its version and its database are among the others.
    pytest.param("prefect-postgres", marks=[pytest.mark.real, pytest.mark.torture]),
    pytest.param("prefect-newer", marks=pytest.mark.real),
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "open_backend" not in metafunc.fixturenames:
        return
    names = [pytest.param("embedded")]
    if metafunc.definition.get_closest_marker("own") is None:
        names += _SERVERS
    metafunc.parametrize("open_backend", names, indirect=True, scope="function")


_used: list[PrefectServer] = []


@pytest.fixture(scope="module", autouse=True)
def _tidy() -> Iterator[None]:
    """Leave servers empty: other tests share them."""
    yield
    while _used:
        _used.pop().empty()


def _on_server(server: PrefectServer) -> Open:
    """Handles on a server that is empty but for one pool."""
    if server not in _used:
        _used.append(server)
    server.empty()
    for block in server.every("block_documents"):
        server.request("DELETE", f"/block_documents/{block['id']}")
    open_one: Callable[[], PrefectBackend] = lambda: PrefectBackend.open(server.api, {})  # noqa: E731
    backend = open_one()
    backend.create_pool(WorkPool(name="default", type="process"))
    backend.close()
    return open_one  # type: ignore[return-value]


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="open_backend")
def _open_backend(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Open]:
    """Opens a handle on the same backend, as often as it is called."""
    store, server = tmp_path / "home" / "syntask.db", request.param.removeprefix("prefect-")
    open_one: Open = lambda: EmbeddedBackend.open(store, clock=clock)  # noqa: E731
    if server != "embedded":
        open_one = _on_server(request.getfixturevalue(server))
    opened: list[OwnBackend] = []

    def open_backend() -> OwnBackend:
        opened.append(open_one())
        return opened[-1]

    yield open_backend
    for backend in opened:
        backend.close()


@pytest.fixture(name="backend")
def _backend(open_backend: Open) -> OwnBackend:
    return open_backend()


@pytest.fixture(name="twin")
def _twin(backend: OwnBackend, open_backend: Open) -> OwnBackend:  # after `backend`, not before it
    return open_backend()


@pytest.fixture(name="pool")
def _pool() -> str:
    return "default"


@pytest.fixture(name="etl")
def _etl(deploy: Deploy) -> Stored:
    return deploy(ETL)[0]


@pytest.fixture(name="deploy")
def _deploy(backend: OwnBackend) -> Deploy:
    """Writes deployments over what is there, and returns them as they are stored."""

    def deploy(*wanted: Deployment) -> list[Stored]:
        names = [deployment.full_name for deployment in wanted]
        there = {each.deployment.full_name: each for each in backend.deployments(names=names)}
        writes = [Write(there.get(each.full_name), each) for each in wanted]
        assert [None] * len(writes) == [written.error for written in backend.write(writes)]
        stored = {each.deployment.full_name: each for each in backend.deployments(names=names)}
        return [stored[name] for name in names]

    return deploy
