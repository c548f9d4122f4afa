"""`syntask backend copy` on a terminal, and killed at each write."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.operations.schedule_sides import is_on
from tests.support.console import Console
from tests.support.copying import PLANTED, Copying
from tests.support.terminal import ENTER, Terminal

# A copy to a store has fewer writes than this.
_MOST_WRITES = 30


@pytest.fixture(name="copying")
def _copying(console: Console) -> Copying:
    """A store that is to be copied to another one."""
    copying = Copying(
        Console(console.directory, console.home, {"MARKS": "marks"}), f"embedded:{console.home}/other.db"
    )
    copying.prepare()
    return copying


@contextmanager
def destination_of(copying: Copying) -> Iterator[EmbeddedBackend]:
    """The other store."""
    backend = EmbeddedBackend.open(Path(copying.url.removeprefix("embedded:")))
    try:
        yield backend
    finally:
        backend.close()


def test_a_copy_is_shown_and_confirmed(copying: Copying) -> None:
    """Nothing is written before, or without, an answer."""
    environ = {**copying.console.environment(), "CI": ""}
    program = str(Path(sys.executable).with_name("syntask"))
    words = ("backend", "copy", "--to", copying.url)
    for answer, code in (("n", 130), ("y", 0)):
        with Terminal(program, *words, directory=copying.console.directory, environ=environ) as opened:
            opened.see("+ block secret/token").see("> schedules etl/often").see("Copy to embedded:")
            opened.type(f"{answer}{ENTER}")
            assert opened.wait() == code, opened.text
            assert PLANTED not in opened.history
        with destination_of(copying) as destination:
            assert len(destination.variables()) == (0 if code else 2)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param(range(3, _MOST_WRITES, 5), id="some"),
        pytest.param(range(1, _MOST_WRITES), id="all", marks=pytest.mark.torture),
    ],
)
@pytest.mark.torture
def test_a_kill_before_any_write_is_finished(copying: Copying, numbers: range) -> None:
    """Never do both sides schedule, and the next copy ends it."""
    killed = 0
    for number in numbers:
        for file in copying.console.home.glob("other.*"):
            file.unlink()
        copying.prepare()
        done = copying.killed(number)
        with destination_of(copying) as destination:
            found = destination.deployments(names=["etl/often"])
        assert not (any(map(is_on, found)) and copying.is_on_here()), number
        if done.returncode == 0:
            break
        killed = number
        assert copying.copied()["complete"], number
        with destination_of(copying) as destination:
            assert list(map(is_on, destination.deployments(names=["etl/often"]))) == [True], number
        assert not copying.is_on_here(), number
        assert copying.copied()["changes"] == [], number
    assert 10 < killed < _MOST_WRITES - 2
