"""A terminal that is closed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from syntask_yaml.cli.hangup import interrupt, on_hangup


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def test_it_counts_as_ctrl_c() -> None:
    on_hangup(interrupt)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGHUP)


def test_the_last_who_asks_is_told() -> None:
    calls: list[str] = []
    on_hangup(interrupt)
    on_hangup(lambda: calls.append("stop"))
    os.kill(os.getpid(), signal.SIGHUP)
    assert calls == ["stop"]


def test_who_is_to_outlive_it_does() -> None:
    """As `nohup` has it."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    on_hangup(interrupt)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_what_is_said_afterwards_fails_nowhere() -> None:
    """The terminal is there no more, and writing to it is an error."""
    master, slave = os.openpty()
    child = os.fork()
    if child == 0:
        os.dup2(slave, 1)
        on_hangup(lambda: None)
        os.close(master)
        os.kill(os.getpid(), signal.SIGHUP)
        try:
            os._exit(0 if os.write(1, b"said") == 4 and not os.isatty(1) else 1)
        except OSError:
            os._exit(2)
    os.close(slave)
    _, status = os.waitpid(child, 0)
    os.close(master)
    assert os.waitstatus_to_exitcode(status) == 0
