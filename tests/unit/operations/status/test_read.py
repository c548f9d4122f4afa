"""How the embedded backend stands, and how many runs are read of one that has very many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.base import Written
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.run import Run, RunRequest, State, StateType
from syntask_yaml.model.schedule import Cron, Schedule
from syntask_yaml.operations.status.read import Bounds, read_status
from syntask_yaml.operations.status.window import SCALES, Window

NOW = datetime(2026, 3, 2, 12, 20, tzinfo=UTC)
WINDOW = Window.around(NOW, SCALES["day"])


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="backend")
def _backend(tmp_path: Path, clock: Clock) -> Iterator[EmbeddedBackend]:
    backend = EmbeddedBackend.open(tmp_path / "syntask.db", clock=clock)
    yield backend
    backend.close()


def deployed(backend: EmbeddedBackend, *names: str, cron: str | None = None) -> list[Stored]:
    schedules = (Schedule(timing=Cron(cron)),) if cron else ()
    wanted = [
        Deployment(flow="etl", name=name, entrypoint="flows.py:etl", work_pool="default", schedules=schedules)
        for name in names
    ]
    written: list[Written] = list(backend.write([Write(None, each) for each in wanted]))
    assert [each.error for each in written] == [None] * len(wanted)
    return backend.deployments(names=[each.full_name for each in wanted])


def ended(backend: EmbeddedBackend, clock: Clock, stored: Stored, at: datetime, state: StateType) -> Run:
    """A run that was due and began at that time, and ended a minute later."""
    clock.now = at
    run = backend.create_run(RunRequest(deployment_id=stored.id))
    claim = backend.claim("default", worker="w", now=at, lease=600.0)
    assert claim is not None
    assert backend.report(claim, State(StateType.RUNNING), at)
    if state.is_final:
        assert backend.report(claim, State(state), at + timedelta(minutes=1))
    clock.now = NOW
    return run


def test_what_runs_and_what_failed_is_told(backend: EmbeddedBackend, clock: Clock) -> None:
    """The longest run first, and the last failure; what failed before the window is left out."""
    one, two = deployed(backend, "one", "two")
    for hours in (30, 5, 2):
        ended(backend, clock, one, NOW - timedelta(hours=hours), StateType.FAILED)
    ended(backend, clock, one, NOW - timedelta(hours=1), StateType.COMPLETED)
    running = [
        ended(backend, clock, two, NOW - timedelta(minutes=minutes), StateType.RUNNING) for minutes in (9, 4)
    ]

    status = read_status(backend, WINDOW)

    assert [run.id for run in status.running] == [run.id for run in running]
    assert status.silent == frozenset()
    clock.now = NOW + timedelta(minutes=3)
    later = read_status(backend, Window.around(clock.now, SCALES["day"]))
    assert later.silent == {running[0].id}, "its lease was of ten minutes"
    assert [run.scheduled for run in status.failed] == [NOW - timedelta(hours=hours) for hours in (2, 5)]
    assert (status.late, status.coming, status.unserved, status.cut) == ((), (), (), frozenset())
    assert {lane.name: dict(lane.runs) for lane in status.timeline.lanes} == {
        "etl/one": {StateType.FAILED: 2, StateType.COMPLETED: 1},
        "etl/two": {StateType.RUNNING: 2},
    }


def test_without_a_worker_the_schedules_tell_what_comes(backend: EmbeddedBackend) -> None:
    """Nobody has made these runs; and of a schedule that never rests, no slot is counted for ever."""
    deployed(backend, "often", cron="* * * * *")
    deployed(backend, "seconds", cron="* * * * * *")

    status = read_status(backend, WINDOW)

    often, seconds = status.timeline.lanes
    assert status.unserved == ("default",)
    assert status.coming[0] == (NOW + timedelta(seconds=1), "etl/seconds")
    assert (len(status.coming), status.cut) == (200, frozenset({"coming"}))
    assert {*often.coming[25:], *seconds.coming[25:]} == {60}


def test_of_very_many_runs_those_of_the_lanes_are_read(backend: EmbeddedBackend, clock: Clock) -> None:
    """A lane says since when it is complete, and a rare deployment is found though others run often."""
    often, rare = deployed(backend, "often", "rare")
    ended(backend, clock, rare, NOW - timedelta(hours=10), StateType.FAILED)
    ended(backend, clock, rare, NOW - timedelta(hours=9), StateType.COMPLETED)
    for number in reversed(range(12)):
        ended(backend, clock, often, NOW - timedelta(minutes=number + 1), StateType.COMPLETED)

    status = read_status(backend, WINDOW, Bounds((4, 6), (10,)))

    lanes = {lane.name: lane for lane in status.timeline.lanes}

    assert dict(lanes["etl/rare"].runs) == {StateType.FAILED: 1, StateType.COMPLETED: 1}
    assert (lanes["etl/rare"].reach, lanes["etl/often"].reach) == (None, NOW - timedelta(minutes=10))
    assert dict(lanes["etl/often"].runs) == {StateType.COMPLETED: 10}
