"""The runs that schedules make: ahead of time, once each, and anew after a deploy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.schedules import passed_times
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import State, StateType
from syntask_yaml.model.schedule import Cron, Interval, RRule, Schedule, Timing
from syntask_yaml.model.steps import within
from syntask_yaml.model.value import known
from tests.contract.queue import (
    ETL,
    HOURLY,
    YEARS,
    Clock,
    Deploy,
    ask,
    at,
    begun,
    claim,
    claimed,
    due,
    read,
    runs,
)

pytestmark = pytest.mark.own(reason="a server has workers of its own")


def test_the_next_three_runs_are_made(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """However far away they are."""
    deploy(replace(ETL, schedules=(Schedule(timing=Cron("0 6 * * *", "Europe/Berlin")),)))

    assert backend.schedule(clock.now) == 3
    assert [at(5, day=3), at(5, day=4), at(5, day=5)] == due(backend)


def test_a_run_of_a_schedule_is_marked(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """It has the deployment's parameters with the schedule's over them."""
    schedule = replace(HOURLY, parameters={"b": 2})
    (stored,) = deploy(replace(ETL, parameters={"a": 1, "b": 1}, tags=("x",), schedules=(schedule,)))
    backend.schedule(clock.now)

    run = runs(backend)[0]
    assert ("etl/prod", stored.id, True) == (run.deployment, run.deployment_id, run.is_scheduled)
    assert (run.parameters, run.tags) == ({"a": 1, "b": 2}, ("x",))


@pytest.mark.parametrize("seconds", [0.3, 1.0, 7.0, 30.0, 3600.0])
def test_runs_are_made_ahead_all_the_time(
    backend: OwnBackend, deploy: Deploy, clock: Clock, seconds: float
) -> None:
    """Whenever a worker looks: three at least, all of the next minute, a hundred at most."""
    deploy(replace(ETL, schedules=(Schedule(timing=Interval(seconds, clock.now)),)))
    for elapsed in [0.0, *[5.0] * 40]:
        now = clock.advance(elapsed)
        backend.schedule(now)
        ahead = [time for time in due(backend) if time and time > now]
        assert min(100, max(3, int(60 / seconds))) <= len(ahead) <= 100 + 5 / seconds


def test_all_occurrences_are_made_while_a_worker_looks(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """None is left out, and none is made twice."""
    begin = clock.now
    deploy(replace(ETL, schedules=(Schedule(timing=Interval(1.0, begin)),)))
    for _ in range(60):
        backend.schedule(clock.advance(5.0))

    made = due(backend)
    assert [begin + timedelta(seconds=second + 1) for second in range(len(made))] == made
    assert len(made) >= 300


def test_runs_are_made_once(backend: OwnBackend, twin: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """Not by a second call, and not by a second worker."""
    deploy(replace(ETL, schedules=(HOURLY,)))

    assert [each.schedule(clock.now) for each in (backend, backend, twin)] == [3, 0, 0]
    clock.advance(3600)
    assert [each.schedule(clock.now) for each in (twin, backend, twin)] == [1, 0, 0]


@pytest.mark.parametrize(
    "wanted",
    [
        replace(ETL, schedules=(replace(HOURLY, active=False),)),
        replace(ETL, schedules=(HOURLY,), paused=True),
        replace(ETL, schedules=()),
    ],
    ids=["not active", "paused", "none"],
)
def test_what_rests_makes_no_runs(
    backend: OwnBackend, deploy: Deploy, clock: Clock, wanted: Deployment
) -> None:
    """A paused deployment, a schedule that is not active, no schedule."""
    deploy(wanted)

    assert backend.schedule(clock.now) == 0


@pytest.mark.parametrize(
    "timing",
    [RRule("DTSTART:20260302T130000\nRRULE:FREQ=HOURLY;COUNT=2"), Interval(2e11, at(11, day=1))],
    ids=["counted", "beyond the calendar"],
)
def test_a_schedule_may_end(backend: OwnBackend, deploy: Deploy, clock: Clock, timing: Timing) -> None:
    """After its last occurrence nothing more is made."""
    deploy(replace(ETL, schedules=(Schedule(timing=timing),)))
    backend.schedule(clock.now)

    assert len(runs(backend)) < 3
    assert backend.schedule(clock.advance(1e7)) == 0


def test_a_rule_that_cannot_be_walked_is_marked_and_holds_nobody_up(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """What fires every second keeps its pace, in bounded steps, and the rule says why it is left out."""
    counted = Schedule(timing=RRule("DTSTART:20990101T000000\nRRULE:FREQ=MINUTELY;COUNT=500000"))
    deploy(replace(ETL, schedules=(counted,)))
    deploy(replace(ETL, name="bystander", schedules=(Schedule(timing=Interval(1.0, clock.now)),)))
    clock.advance((datetime(2099, 3, 1, tzinfo=UTC) - clock.now).total_seconds())

    for _ in range(10):
        now = clock.advance(5.0)
        list(within(1_000_000, (backend.schedule(moment) for moment in [now])))
        ahead = [run for run in runs(backend) if run.scheduled and run.scheduled > now]
        assert len([run for run in ahead if run.deployment == "etl/bystander"]) >= 40

    problems = {each.deployment.name: problem_of(each) for each in backend.deployments()}
    assert problems["bystander"] is None
    assert "steps" in (problems["prod"] or "")


def problem_of(stored: Stored) -> str | None:
    (schedule,) = known(stored.deployment.schedules) or ()
    return schedule.problem


def test_a_marked_schedule_is_tried_again_once_it_is_deployed(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """Whatever was changed."""
    counted = Schedule(timing=RRule("DTSTART:20990101T000000\nRRULE:FREQ=MINUTELY;COUNT=500000"))
    deploy(replace(ETL, schedules=(counted,)))
    backend.schedule(datetime(2099, 3, 1, tzinfo=UTC))
    (marked,) = backend.deployments()
    (again,) = deploy(replace(ETL, tags=("again",)))

    assert problem_of(marked) is not None
    assert problem_of(again) is None


def test_an_occurrence_right_after_a_deploy_is_not_lost(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """Even if the worker looks only when it has passed."""
    clock.now = at(12, 59, 59)
    deploy(replace(ETL, schedules=(HOURLY,)))
    backend.schedule(clock.advance(10))

    assert [at(13), at(14), at(15), at(16)] == due(backend)


def test_what_was_due_while_no_worker_ran_is_not_made_up(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """The runs that were made before start late; the occurrences after those are skipped."""
    deploy(replace(ETL, schedules=(HOURLY,)))
    backend.schedule(clock.now)
    backend.schedule(clock.advance(12.5 * 3600))

    assert [at(13), at(14), at(15), at(1, day=3), at(2, day=3), at(3, day=3)] == due(backend)
    assert [at(13), at(14), at(15)] == [claimed(backend, clock).run.scheduled for _ in range(3)]


def test_changing_a_deployment_makes_its_coming_runs_anew(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """With what it says now. What was due already, and what somebody asked for, stays."""
    clock.now = at(12, 59)
    (stored,) = deploy(replace(ETL, schedules=(HOURLY,)))
    backend.schedule(clock.now)
    clock.advance(90)
    asked = ask(backend, stored, scheduled=at(20))
    deploy(replace(ETL, schedules=(HOURLY,), parameters={"new": True}))

    assert [at(13), at(20)] == due(backend)
    assert backend.schedule(clock.now) == 3
    found = {run.scheduled: run.parameters for run in runs(backend)}
    new: Mapping[str, bool] = {"new": True}
    assert {at(13): {}, at(14): new, at(15): new, at(16): new, asked.scheduled: {}} == found


@pytest.mark.parametrize(
    "change",
    [{"paused": True}, {"schedules": ()}, {"schedules": (replace(HOURLY, active=False),)}, None],
    ids=["paused", "removed", "not active", "deleted"],
)
def test_what_comes_to_rest_takes_its_waiting_runs_along(
    backend: OwnBackend, deploy: Deploy, clock: Clock, change: Mapping[str, Any] | None
) -> None:
    """Also those that are due: nothing stands behind them any more. A run that began goes on."""
    (stored,) = deploy(replace(ETL, schedules=(HOURLY,)))
    backend.schedule(clock.now)
    clock.advance(2 * 3600)
    running = begun(backend, clock).run
    if change is None:
        list(backend.write([Write(stored, None)]))
    else:
        deploy(replace(stored.deployment, **change))

    assert [running.id] == [run.id for run in runs(backend)]
    assert backend.schedule(clock.now) == 0
    assert claim(backend, clock) is None


def test_a_schedule_of_another_slug_starts_afresh(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """What waits for the old one goes; what it began does not count for the new one."""
    deploy(replace(ETL, schedules=(replace(HOURLY, slug="old"),)))
    backend.schedule(clock.now)
    deploy(replace(ETL, schedules=(replace(HOURLY, slug="new"),)))
    backend.schedule(clock.now)

    assert [at(13), at(14), at(15)] == due(backend)


def test_a_coming_run_that_was_cancelled_stays_cancelled(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """Deploying again does not bring it back."""
    deploy(replace(ETL, schedules=(HOURLY,)))
    backend.schedule(clock.now)
    cancelled = backend.cancel(runs(backend)[0].id)
    deploy(replace(ETL, schedules=(HOURLY,), description="new"))
    backend.schedule(clock.now)

    assert [at(13), at(14), at(15)] == due(backend)
    assert StateType.CANCELLED is read(backend, cancelled.id).state.type


@pytest.mark.parametrize(
    "timing",
    [
        Interval(1, at(9)),
        Cron("* * * * *"),
        RRule("DTSTART:20260302T090000\nRRULE:FREQ=SECONDLY;UNTIL=20260401T000000"),
    ],
)
def test_a_schedule_that_a_clock_looked_at_which_was_set_back_is_not_silent(
    backend: OwnBackend, deploy: Deploy, clock: Clock, timing: Timing
) -> None:
    """Nor one that had come to its end by that clock."""
    deploy(replace(ETL, schedules=(Schedule(timing=timing),)))
    now = clock.now
    clock.advance(YEARS)
    backend.schedule(clock.now)
    clock.advance(-YEARS)

    for _ in range(3):
        backend.schedule(clock.advance(60))
    made = [time for time in due(backend) if time is not None and now < time <= clock.now]
    assert len(made) >= 2


def test_what_ran_too_early_by_a_clock_that_was_set_back_runs_at_its_time(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """Else a schedule of every day rests for days. What somebody cancelled stays cancelled."""
    deploy(replace(ETL, schedules=(HOURLY,)))
    backend.schedule(clock.now)
    cancelled = backend.cancel(runs(backend)[1].id)
    clock.advance(5 * 3600)
    backend.schedule(clock.now)
    early = [begun(backend, clock) for _ in range(2)]
    for claim_ in early:
        assert backend.report(claim_, State(StateType.COMPLETED), clock.now)
    clock.advance(-5 * 3600)
    backend.schedule(clock.now)

    waiting = [run.scheduled for run in runs(backend, StateType.SCHEDULED)]
    assert {claim_.run.scheduled for claim_ in early} <= set(waiting)
    assert cancelled.scheduled not in waiting
    assert len(waiting) == len(set(waiting))


def test_the_next_time_something_is_due(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """Of one pool, in any queue, later than now, and waiting."""
    backend.create_pool(WorkPool(name="other", type="process"))
    one, two, three = deploy(
        ETL, replace(ETL, name="q", work_queue="q"), replace(ETL, name="o", work_pool="other")
    )
    assert backend.next_due("default", clock.now) is None
    ask(backend, one, scheduled=at(11))
    ask(backend, one, scheduled=at(15))
    soon = ask(backend, two, scheduled=at(14))
    ask(backend, three, scheduled=at(13))

    assert at(14) == backend.next_due("default", clock.now)
    backend.cancel(soon.id)
    assert at(15) == backend.next_due("default", clock.now)
    assert backend.next_due("nowhere", clock.now) is None


def test_times_that_passed_while_nobody_made_runs_are_told(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """As long as they are to be left out; runs that were made before are late and are none of them."""
    start = clock.now
    deploy(replace(ETL, schedules=(HOURLY,)))
    assert passed_times(backend.schedules_behind(clock.now), clock.now) == []
    backend.schedule(clock.now)
    made = due(backend)

    clock.advance(8 * 3600)
    (passed,) = passed_times(backend.schedules_behind(clock.now), clock.now)
    backend.schedule(clock.now)

    assert passed.deployment == "etl/prod"
    hours = [start.replace(minute=0, second=0) + timedelta(hours=hour) for hour in range(1, 9)]
    assert [*made, *passed.times] == [hour for hour in hours if hour <= clock.now - timedelta(minutes=1)]
    assert not set(passed.times) & set(due(backend))
    assert passed_times(backend.schedules_behind(clock.now), clock.now) == []


def test_nothing_passes_while_a_deployment_is_paused(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """Somebody wanted that."""
    active = replace(ETL, schedules=(HOURLY,), paused=False)
    deploy(active)
    backend.schedule(clock.now)
    deploy(replace(active, paused=True))
    clock.advance(8 * 3600)
    assert passed_times(backend.schedules_behind(clock.now), clock.now) == []
    deploy(active)
    assert passed_times(backend.schedules_behind(clock.now), clock.now) == []
