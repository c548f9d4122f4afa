"""What a worker does at a moment, with a clock that moves when it is told to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from syntask_yaml.backend.base import OwnBackend, RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import RunRequest, StateType
from syntask_yaml.model.schedule import Interval, Schedule
from syntask_yaml.worker.events import Notify, RunChanged, StoreLost, StoreRegained
from syntask_yaml.worker.loop import Worker
from syntask_yaml.worker.options import WorkerOptions
from tests.support.memory import MemoryBackend

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SLEEPER = Deployment(
    flow="sleep",
    name="well",
    entrypoint="x.py:x",
    work_pool="default",
    job_variables={"command": "sleep 600"},
)


def employed(
    backend: OwnBackend,
    home: Path,
    name: str = "worker",
    notify: Notify = lambda _event: None,
    **options: Any,
) -> Worker:
    made = WorkerOptions(name=name, **options)
    environ = {"PATH": "/usr/bin:/bin"}
    return Worker(backend, made, {"default": "process"}, home=home, environ=environ, notify=notify)


def ask(backend: OwnBackend, deployment: Deployment, *, times: int) -> list[str]:
    if not backend.deployments(names=[deployment.full_name]):
        list(backend.write([Write(None, deployment)]))
    (stored,) = backend.deployments(names=[deployment.full_name])
    request = RunRequest(deployment_id=stored.id, scheduled=NOW)
    return [backend.create_run(request).id for _ in range(times)]


def test_old_runs_are_removed_in_passing(tmp_path: Path) -> None:
    """A few at each tick until all are gone, and then not again for an hour."""
    now = NOW
    backend = MemoryBackend(clock=lambda: now)
    for run in ask(backend, SLEEPER, times=50):
        backend.cancel(run)
    worker = employed(backend, tmp_path, keep=timedelta(days=90))

    def left_after(moment: datetime) -> int:
        worker.tick(moment)
        return len(backend.runs(RunFilter(limit=1000)))

    assert left_after(NOW + timedelta(days=90)) == 50
    now = NOW + timedelta(days=90, minutes=1)
    assert left_after(now) == 50  # it has looked less than an hour ago
    later = now + timedelta(hours=1)
    counts = [left_after(later) for _ in range(4)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 0
    assert counts[-1] == 0


class _BusyWithSchedules(MemoryBackend):
    """One that looks at its schedules until it is let go."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: NOW)
        self.go = Event()

    def schedule(self, now: datetime) -> int:
        self.go.wait()
        return super().schedule(now)


def test_a_long_look_at_the_schedules_holds_no_run_up(tmp_path: Path) -> None:
    """It is taken aside."""
    backend = _BusyWithSchedules()
    (run,) = ask(backend, SLEEPER, times=1)
    worker = employed(backend, tmp_path)
    try:
        worker.tick(NOW)
        assert backend.runs(RunFilter())[0].state.type is StateType.PENDING
        assert not worker.is_done
    finally:
        backend.go.set()
        backend.cancel(run)
        worker.stop()
        worker.run(lambda: NOW)


def test_runs_may_be_kept_for_ever(tmp_path: Path) -> None:
    backend = MemoryBackend(clock=lambda: NOW)
    (run,) = ask(backend, SLEEPER, times=1)
    backend.cancel(run)
    employed(backend, tmp_path, keep=None).tick(NOW + timedelta(days=36_500))
    assert backend.run(run) is not None


def test_what_a_killed_worker_left_is_tidied_up(tmp_path: Path) -> None:
    """The directories of runs that have ended, at the start; not those of runs of another store."""
    backend = MemoryBackend(clock=lambda: NOW)
    ended, waiting = ask(backend, SLEEPER, times=2)
    backend.cancel(ended)
    for name in (ended, waiting, "00000000-0000-4000-a000-000000000000", "x"):
        (tmp_path / "runs" / name / "data").mkdir(parents=True)

    employed(backend, tmp_path, limit=1).tick(NOW - timedelta(minutes=1))

    left = {each.name for each in (tmp_path / "runs").iterdir()}
    assert left == {waiting, "00000000-0000-4000-a000-000000000000", "x"}


def test_workers_do_not_keep_each_other_busy(tmp_path: Path) -> None:
    """What one writes makes the others look, and nobody write."""
    with at_work(tmp_path) as (workers, watcher):
        _tick(workers, NOW)
        seen = _changes(watcher)
        _tick(workers, NOW + timedelta(seconds=1))
        assert seen == _changes(watcher)


def test_workers_on_a_machine_that_slept_do_not_take_each_other_for_dead(tmp_path: Path) -> None:
    """All leases have run out, and whoever wakes first knows that."""
    with at_work(tmp_path) as (workers, watcher):
        morning = NOW + timedelta(hours=8)
        for seconds in range(0, 60, 5):
            _tick(workers, morning + timedelta(seconds=seconds))
        assert {run.state.type for run in watcher.runs(RunFilter())} == {StateType.PENDING}


def test_a_clock_that_is_set_back_slows_nothing_down(tmp_path: Path) -> None:
    """What is due again after seconds is not put off by the hour; a run that was asked to end has to."""
    every_second = replace(SLEEPER, name="often", schedules=(Schedule(timing=Interval(1, NOW)),))
    backend = MemoryBackend(clock=lambda: NOW)
    worker = employed(backend, tmp_path, limit=2, grace=5)
    worker.tick(NOW)
    list(backend.write([Write(None, every_second)]))
    before = NOW - timedelta(hours=1)
    for seconds in range(20):
        worker.tick(before + timedelta(seconds=seconds))
    begun = [run for run in backend.runs(RunFilter()) if run.state.type is StateType.PENDING]
    assert len(begun) == 2
    worker.stop()
    worker.stop()
    worker.run(lambda: before + timedelta(seconds=30))


def test_a_worker_goes_on_while_its_store_is_locked(tmp_path: Path) -> None:
    """It says so once, claims nothing, and hands over all that a run said as soon as it can."""
    store = tmp_path / "syntask.db"
    with (
        closing(EmbeddedBackend.open(store, patience=0.01)) as backend,
        closing(sqlite3.connect(store)) as locker,
    ):
        told: list[object] = []
        speaker = replace(
            SLEEPER, job_variables={"command": f"sh -c 'seq -f %0900.0f 3000; touch {tmp_path}/done'"}
        )
        (run,) = ask(backend, speaker, times=1)
        worker = employed(backend, tmp_path, notify=told.append)
        worker.tick(NOW)
        locker.execute("BEGIN IMMEDIATE")
        for seconds in range(1, 500):
            worker.tick(NOW + timedelta(seconds=seconds))
            worker.wait(NOW + timedelta(seconds=seconds))
            if (tmp_path / "done").exists() and seconds > 20:
                break
        assert (tmp_path / "done").exists()
        assert [each.name for each in (tmp_path / "runs" / run).iterdir()] == [".syntask-reports"]
        assert [type(event) for event in told] == [RunChanged, StoreLost]
        locker.execute("COMMIT")
        worker.tick(NOW + timedelta(seconds=501))
        assert StoreRegained() in told
        lines = [line.message for line in backend.logs(run) if line.logger == "stdout"]
        assert lines == [f"{number:0900}" for number in range(1, 3001)]
        assert not (tmp_path / "runs" / run).exists()
        (ended,) = backend.runs(RunFilter())
        assert ended.state.type is StateType.COMPLETED


def test_a_worker_that_died_is_noticed(tmp_path: Path) -> None:
    """Its run is due again."""
    with at_work(tmp_path) as ((alive, _dead), watcher):
        for seconds in range(0, 60, 5):
            alive.tick(NOW + timedelta(seconds=seconds))
        states = sorted(run.state.type.value for run in watcher.runs(RunFilter()))
        assert states == ["PENDING", "SCHEDULED"]


@contextmanager
def at_work(folder: Path, limit: int = 1) -> Iterator[tuple[list[Worker], OwnBackend]]:
    """Two workers on one store, each with a run that sleeps; and somebody who watches."""
    with ExitStack() as stack:
        one, two, watcher = (_opened(folder, stack) for _ in range(3))
        workers = [employed(backend, folder, limit=limit) for backend in (one, two)]
        for worker in workers:
            stack.callback(worker.run, lambda: NOW)
            stack.callback(worker.stop)
            for run in ask(watcher, SLEEPER, times=1):
                stack.callback(watcher.cancel, run)
            worker.tick(NOW)
        assert {run.state.type for run in watcher.runs(RunFilter())} == {StateType.PENDING}
        yield workers, watcher


def _opened(folder: Path, stack: ExitStack) -> OwnBackend:
    backend = EmbeddedBackend.open(folder / "syntask.db")
    stack.callback(backend.close)
    return backend


def _tick(workers: Sequence[Worker], now: datetime) -> None:
    for worker in (*workers, *workers, *workers):
        worker.tick(now)


def _changes(backend: OwnBackend) -> int:
    backend.runs(RunFilter())  # what a reader has seen
    return backend.changed()


def test_a_worker_that_stops_does_not_wait_for_what_it_no_longer_claims(tmp_path: Path) -> None:
    """A run that becomes due while the last one goes on would wake it all the time."""
    backend = MemoryBackend(clock=lambda: NOW)
    ask(backend, SLEEPER, times=1)
    (stored,) = backend.deployments()
    backend.create_run(RunRequest(deployment_id=stored.id, scheduled=NOW + timedelta(minutes=1)))
    worker = employed(backend, tmp_path)
    slept: list[float] = []
    sleeper = worker._sleeper
    sleeper.sleep = lambda seconds, **_descriptors: slept.append(seconds)  # type: ignore[method-assign]
    worker.tick(NOW)
    worker.stop()
    for minutes in (0, 2):
        worker.tick(NOW + timedelta(minutes=minutes))
        worker.wait(NOW + timedelta(minutes=minutes))
    worker.stop()
    worker.run(lambda: NOW + timedelta(minutes=3))
    assert slept[0] == slept[1] > 0
