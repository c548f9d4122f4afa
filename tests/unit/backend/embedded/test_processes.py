"""Many processes on one store, and what is left when they are killed."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import RunRequest, StateType
from tests.support.warm import WarmProgram, can_fork

ROOT = Path(__file__).parents[4]
RUNS = 600

# Run in a process that is forked from one with the modules of a store loaded.
BEGIN = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.block import Block
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import LogLine, RunRequest, State, StateType
from syntask_yaml.model.schedule import Interval, Schedule

def now():
    return datetime.now(UTC)

path = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module", autouse=True)
def _warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let `start` fork, as importing the modules takes longer than most of what the processes do."""
    program = tmp_path_factory.mktemp("program") / "execute"
    program.write_text("import sys\n\nexec(sys.argv.pop(1))\n", encoding="utf-8")
    if not can_fork():
        COMMAND[:] = [sys.executable, str(program)]
        yield
        return
    warm = WarmProgram(program, ["syntask_yaml.backend.embedded.backend"])
    COMMAND[:] = [str(warm.program)]
    yield
    warm.close()


COMMAND: list[str] = []


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    argv = [*COMMAND, BEGIN + code, *map(str, arguments)]
    return subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run_together(code: str, path: Path, *, processes: int) -> list[str]:
    """The outputs of so many processes that begin at the same moment."""
    children = [start(code, path, number) for number in range(processes)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    outputs = [child.communicate(timeout=60)[0] for child in children]
    assert [child.returncode for child in children] == [0] * processes
    return outputs


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "syntask.db"


@pytest.mark.parametrize("attempt", range(3))
def test_the_first_use_may_be_by_many_at_once(path: Path, attempt: int) -> None:
    """One makes the store, and all have the same."""
    code = "print(EmbeddedBackend.open(path).pools()[0].id)"
    outputs = run_together(code, path, processes=8)

    assert len(set(outputs)) == 1


def test_the_first_secret_may_be_by_many_at_once(path: Path) -> None:
    """One makes the key, and all secrets are sealed with it."""
    code = """
backend = EmbeddedBackend.open(path)
backend.create_block(Block("secret", f"s{sys.argv[2]}", {"value": sys.argv[2]}))
"""
    run_together(code, path, processes=6)

    backend = EmbeddedBackend.open(path)
    assert [str(number) for number in range(6)] == [
        block.data["value"].reveal()  # type: ignore[union-attr]
        for block in backend.blocks()
    ]
    backend.close()


def test_each_of_many_runs_is_claimed_once(path: Path) -> None:
    """By one of eight workers, each of which gets some, and none of which fails."""
    backend = EmbeddedBackend.open(path)
    (written,) = backend.write([Write(None, Deployment(flow="f", name="n", work_pool="default"))])
    made = {backend.create_run(RunRequest(deployment_id=str(written.id))).id for _ in range(RUNS)}
    code = """
backend = EmbeddedBackend.open(path)
while found := backend.claim("default", worker=sys.argv[2], now=now(), lease=60):
    assert backend.report(found, State(StateType.RUNNING), now())
    assert backend.report(found, State(StateType.COMPLETED), now())
    print(found.run.id)
"""
    outputs = [output.split() for output in run_together(code, path, processes=8)]

    counts = Counter(each for output in outputs for each in output)
    assert (set(counts), set(counts.values())) == (made, {1})
    assert {run.state.type for run in backend.runs(RunFilter(limit=5000))} == {StateType.COMPLETED}
    backend.close()


def test_runs_of_schedules_are_made_once_by_many_at_once(path: Path) -> None:
    """Whichever worker is first; deploying again meanwhile makes none twice, either."""
    code = """
backend = EmbeddedBackend.open(path)
begin = datetime(2026, 3, 2, tzinfo=UTC)
every = Deployment(
    flow="f", name=sys.argv[2], work_pool="default", schedules=(Schedule(timing=Interval(2, begin)),)
)
list(backend.write([Write(None, every)]))
for second in range(100):
    backend.schedule(now() + timedelta(seconds=second))
    if second % 20 == 0:
        (stored,) = backend.deployments(names=[every.full_name])
        list(backend.write([Write(stored, stored.deployment)]))
"""
    run_together(code, path, processes=4)

    backend = EmbeddedBackend.open(path)
    runs = backend.runs(RunFilter(limit=10_000))
    times = Counter((run.deployment, run.scheduled) for run in runs)
    assert set(times.values()) == {1}
    assert len(runs) > 4 * 50
    backend.close()


WRITER = """
backend = EmbeddedBackend.open(path)
fast = (Schedule(timing=Interval(0.5)),)
for batch in range(1_000_000):
    there = backend.deployments()
    names = [f"{sys.argv[2]}-{batch}-{number}" for number in range(5)]
    new = [Deployment(flow="f", name=name, work_pool="default", schedules=fast) for name in names]
    writes = [Write(None, each) for each in new] + [Write(old, None) for old in there[:-40]]
    ids = [written.id for written in backend.write(writes)]
    print("batch", sys.argv[2], batch, flush=True)
    backend.schedule(now())
    run = backend.create_run(RunRequest(deployment_id=ids[0]))
    print("run", run.id, flush=True)
    backend.reap(now() + timedelta(seconds=10))
    for _ in range(5):
        found = backend.claim("default", worker="w", now=now() + timedelta(seconds=2), lease=5)
        if found is None:
            break
        backend.append_logs(found.run.id, [LogLine(now(), 20, f"line {n}") for n in range(5)])
        backend.report(found, State(StateType.RUNNING), now())
        backend.report(found, State(StateType.COMPLETED), now())
        print("done", found.run.id, flush=True)
"""


def kill_after(delay: float, code: str, *arguments: object) -> list[str]:
    """The lines that a process said before it was killed; the last one may be torn, and is left out then."""
    child = start(code, *arguments)
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.stdin.write("go\n")
    child.stdin.flush()
    time.sleep(delay)
    child.kill()
    said = child.communicate(timeout=60)[0]
    return said[: said.rfind("\n") + 1].splitlines()


def check_is_whole(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def check_is_kept(backend: EmbeddedBackend, said: Sequence[str]) -> None:
    """All that was said to be done is there, and every batch is there whole or not at all."""
    sizes = Counter(each.deployment.name.rpartition("-")[0] for each in backend.deployments())
    assert set(sizes.values()) <= {5}
    for line in said:
        what, *rest = line.split()
        run = backend.run(rest[0]) if what in ("run", "done") else None
        if what == "run":
            assert run is not None
        if what == "done":
            assert run is not None
            assert run.state.type is StateType.COMPLETED
            # One that was taken before by a writer that was killed may have lines of that one, too.
            assert [entry.message for entry in backend.logs(run.id)][-5:] == [f"line {n}" for n in range(5)]


def test_a_writer_may_be_killed_at_any_time(path: Path) -> None:
    """The store opens, is whole, and has lost nothing that was done."""
    chance = random.Random(20260302)
    said: list[str] = []
    rounds = count()
    # On a busy machine many are killed before they have done anything.
    while (number := next(rounds)) < 25 or len(said) <= 25:
        said += kill_after(chance.uniform(0, 0.25), WRITER, path, number)
        backend = EmbeddedBackend.open(path)
        check_is_whole(path)
        check_is_kept(backend, said)
        backend.close()


def test_the_first_use_may_be_killed_at_any_time(tmp_path: Path) -> None:
    """Whoever comes next makes what is missing."""
    chance = random.Random(20260302)
    for number in range(12):
        path = tmp_path / str(number) / "syntask.db"
        kill_after(chance.uniform(0, 0.03), "EmbeddedBackend.open(path)", path)
        backend = EmbeddedBackend.open(path)
        check_is_whole(path)
        assert [pool.name for pool in backend.pools()] == ["default"]
        backend.close()
