"""When a run is forked, and when it is started as a new program."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syntask_yaml.worker import fork_client
from syntask_yaml.worker.fork_client import ForkingSpawn, can_fork
from syntask_yaml.worker.runner.process import DEFAULT_COMMAND
from syntask_yaml.worker.spawn import UNKNOWN, Process, RunEnds
from tests.support.processes import is_alive
from tests.support.site import until

pytestmark = pytest.mark.skipif(not can_fork(), reason="runs are forked on Linux only, with pidfd_open")

ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


@contextmanager
def started(spawn: ForkingSpawn, **environ: str) -> Iterator[Process]:
    """A process that waits for its job."""
    pipes = [os.pipe() for _ in range(4)]
    ends = RunEnds(pipes[0][0], *(write for _, write in pipes[1:]))
    process = spawn(DEFAULT_COMMAND, directory=Path("/"), environ={**spawn.environ, **environ}, ends=ends)
    try:
        yield process
    finally:
        process.close()
        for end in sum(pipes, ()):
            os.close(end)


def is_forked(spawn: ForkingSpawn, **environ: str) -> bool:
    with started(spawn, **environ) as process:
        stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8")
        return int(stat.rpartition(")")[2].split()[1]) != os.getpid()


Make = Callable[..., ForkingSpawn]


@pytest.fixture(name="make")
def _make() -> Iterator[Make]:
    made: list[ForkingSpawn] = []

    def make(**environ: str) -> ForkingSpawn:
        made.append(ForkingSpawn(DEFAULT_COMMAND, {**ENVIRON, **environ}))
        return made[-1]

    yield make
    for spawn in made:
        for server in (*spawn._retired, *filter(None, [spawn._server])):
            server.retire()
            until(lambda server=server: server.has_ended)  # type: ignore[misc]


def test_the_server_comes_with_the_second_run(make: Make) -> None:
    spawn = make()
    seen = [(is_forked(spawn), spawn._server is None) for _ in range(2)]
    assert seen == [(False, True), (False, False)]
    until(lambda: is_forked(spawn))


def test_a_path_that_depends_on_the_directory_is_not_shared(make: Make) -> None:
    spawn = make(PYTHONPATH="/somewhere:")
    assert [is_forked(spawn) for _ in range(3)] == [False] * 3
    assert spawn._server is None


def test_what_python_loads_at_its_start_is_loaded_in_each_run(make: Make, tmp_path: Path) -> None:
    """A server with code of the user in it ends, and there is no other one for a while."""
    (tmp_path / "sitecustomize.py").write_text("", encoding="utf-8")
    spawn = make(PYTHONPATH=str(tmp_path))
    assert [is_forked(spawn) for _ in range(2)] == [False, False]
    server = spawn._server
    assert server is not None
    until(lambda: server.has_ended)
    assert [is_forked(spawn) for _ in range(2)] == [False, False]
    assert spawn._server is None


def test_an_installation_makes_another_server(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one before goes when its runs have ended."""
    spawn = make()
    until(lambda: is_forked(spawn))
    with started(spawn) as process:
        monkeypatch.setattr(fork_client, "_installation", lambda: (("site-packages", 1),))
        assert not is_forked(spawn)
        (old,) = spawn._retired
        until(lambda: is_forked(spawn))
        assert not old.has_ended
        assert process.poll() is None
    until(lambda: old.has_ended)


def test_a_server_that_does_not_answer(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up. Its runs go on, and how they end is not known."""
    spawn = make()
    until(lambda: is_forked(spawn))
    server = spawn._server
    assert server is not None
    with started(spawn) as process:
        os.kill(server._process.pid, signal.SIGSTOP)
        monkeypatch.setattr(fork_client, "_PATIENCE", 0.1)
        assert not is_forked(spawn)
        until(lambda: server.has_ended)
        assert process.poll() is None
        process.signal(signal.SIGTERM)
        assert until(process.poll) in (-signal.SIGTERM, UNKNOWN)
    until(lambda: is_forked(spawn))


def test_the_exit_code_is_that_of_the_process(make: Make) -> None:
    spawn = make()
    until(lambda: is_forked(spawn))
    with started(spawn) as process:
        assert process.poll() is None
        os.kill(process.pid, signal.SIGUSR1)
        assert until(process.poll) == -signal.SIGUSR1
        assert not is_alive(process.pid)
