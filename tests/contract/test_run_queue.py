"""What a backend does for workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from syntask_yaml.backend.base import Claim, RunFilter
from syntask_yaml.backend.connect import OwnBackend
from syntask_yaml.errors import NotFound
from syntask_yaml.model.deployment import (
    CollisionStrategy,
    ConcurrencyLimit,
    Deployment,
    Stored,
    Write,
)
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import LogLine, Run, RunRequest, State, StateType
from syntask_yaml.model.schedule import Cron, Interval, RRule, Schedule, Timing
from syntask_yaml.model.steps import within
from syntask_yaml.model.value import known

Deploy = Callable[..., list[Stored]]

RUNNING = State(StateType.RUNNING)
COMPLETED = State(StateType.COMPLETED)
ETL = Deployment(flow="etl", name="prod", entrypoint="flows/etl.py:etl", work_pool="default")
HOURLY = Schedule(timing=Cron("0 * * * *"))
LEASE = 30.0
YEARS = 10 * 365 * 86_400.0


class Clock(Protocol):
    now: datetime

    def advance(self, seconds: float) -> datetime: ...


@pytest.fixture(name="etl")
def _etl(deploy: Deploy) -> Stored:
    return deploy(ETL)[0]


def claim(backend: OwnBackend, clock: Clock, pool: str = "default", **options: Any) -> Claim | None:
    return backend.claim(pool, worker="worker", now=clock.now, lease=LEASE, **options)


def claimed(backend: OwnBackend, clock: Clock, **options: Any) -> Claim:
    found = claim(backend, clock, **options)
    assert found is not None
    return found


def begun(backend: OwnBackend, clock: Clock) -> Claim:
    """A claim on a run that goes on."""
    found = claimed(backend, clock)
    assert backend.report(found, RUNNING, clock.now)
    return found


def ask(backend: OwnBackend, stored: Stored, **request: Any) -> Run:
    return backend.create_run(RunRequest(deployment_id=stored.id, **request))


def read(backend: OwnBackend, id: str) -> Run:
    run = backend.run(id)
    assert run is not None
    return run


def runs(backend: OwnBackend, *states: StateType) -> list[Run]:
    """The runs in the order in which they are due."""
    return backend.runs(RunFilter(states=frozenset(states), limit=1000))[::-1]


def due(backend: OwnBackend) -> list[datetime | None]:
    return [run.scheduled for run in runs(backend)]


def at(hour: int, minute: int = 0, second: int = 0, *, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, second, tzinfo=UTC)


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


def test_nothing_due_is_nothing_to_claim(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """A run of tomorrow waits."""
    ask(backend, etl, scheduled=at(0, day=3))

    assert claim(backend, clock) is None


def test_a_claim_has_all_it_takes(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """What the run says goes over what the deployment says; `env` name by name."""
    (stored,) = deploy(
        replace(
            ETL,
            parameters={"a": 1},
            job_variables={"env": {"A": "1", "B": "1"}, "command": "x", "labels": {"l": "1"}},
            pull_steps=({"syntask.steps.set_working_directory": {"directory": "/"}},),
        )
    )
    run = ask(backend, stored, job_variables={"env": {"B": "2"}, "labels": {"m": "2"}})
    found = claimed(backend, clock)

    assert replace(run, state=State(StateType.PENDING)) == found.run == backend.run(run.id)
    assert (found.entrypoint, found.parameters) == ("flows/etl.py:etl", {"a": 1})
    assert stored.deployment.pull_steps == found.pull_steps
    expected = {"env": {"A": "1", "B": "2"}, "command": "x", "labels": {"m": "2"}}
    assert expected == found.job_variables


def test_runs_are_claimed_in_the_order_they_are_due(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """Those due at the same time in the order they were made."""
    names = {"c": at(11), "a": at(9), "d": at(11), "b": at(10)}
    for name, time in names.items():
        ask(backend, etl, name=name, scheduled=time)
        clock.advance(0.001)

    assert [claimed(backend, clock).run.name for _ in names] == ["a", "b", "c", "d"]


def test_scheduled_runs_of_one_time_are_claimed_by_name(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """If they were made in one go, whichever deployment was written first, or last."""
    deploy(*(replace(ETL, name=name, schedules=(HOURLY,)) for name in ("b", "a", "c")))
    backend.schedule(clock.now)
    deploy(replace(ETL, name="b", schedules=(HOURLY,), description="changed"))
    backend.schedule(clock.now)
    clock.advance(7200)
    backend.schedule(clock.now)
    last = {run.id for run in runs(backend) if run.created == clock.now}
    clock.advance(4 * 3600)
    found = [claimed(backend, clock).run for _ in runs(backend, StateType.SCHEDULED)]

    order = [(run.scheduled, run.deployment) for run in found if run.id in last]
    assert len({time for time, _ in order}) < len(order)
    assert order == sorted(order, key=lambda each: (str(each[0]), each[1] or ""))


def test_a_run_is_claimed_once(backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock) -> None:
    """By one worker or the other."""
    made = {ask(backend, etl).id for _ in range(4)}
    found = [claimed(each, clock) for each in (backend, twin, backend, twin)]

    assert made == {each.run.id for each in found}
    assert len({each.token for each in found}) == 4
    assert claim(twin, clock) is None


def test_queues_are_served_by_priority(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """The default one first, then each in the order in which it came up."""
    stored = deploy(*(replace(ETL, name=name, work_queue=name) for name in ("slow", "slower")), ETL)
    for number, each in enumerate(reversed(stored)):
        ask(backend, each, scheduled=at(11 - number))
    for each in reversed(stored):
        ask(backend, each, scheduled=at(3))

    found = [claimed(backend, clock).run for _ in range(6)]
    queues = ["default", "default", "slow", "slow", "slower", "slower"]
    assert queues == [run.work_queue for run in found]
    assert [run.scheduled and run.scheduled.hour for run in found] == [3, 11, 3, 9, 3, 10]


def test_a_worker_may_serve_some_queues(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """And leaves the others alone."""
    for each in deploy(replace(ETL, name="a", work_queue="low"), replace(ETL, name="b")):
        ask(backend, each)

    assert claimed(backend, clock, queues=["low", "other"]).run.work_queue == "low"
    assert claim(backend, clock, queues=["low"]) is None
    assert claimed(backend, clock).run.work_queue == "default"


def test_a_worker_serves_one_pool(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """Runs of another pool, and of none, are not its business."""
    backend.create_pool(WorkPool(name="other", type="process"))
    for each in deploy(replace(ETL, name="a", work_pool="other"), replace(ETL, name="b", work_pool=None)):
        ask(backend, each)

    assert claim(backend, clock) is None
    assert claim(backend, clock, pool="nowhere") is None
    assert claimed(backend, clock, pool="other").run.deployment == "etl/a"


def test_a_paused_pool_gives_nothing(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """Its runs wait."""
    backend.create_pool(WorkPool(name="still", type="process", is_paused=True))
    run = ask(backend, *deploy(replace(ETL, work_pool="still")))

    assert claim(backend, clock, pool="still") is None
    assert StateType.SCHEDULED is read(backend, run.id).state.type


def test_a_pool_has_a_limit(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """Whoever has ended, or given back, makes room for another one."""
    backend.create_pool(WorkPool(name="small", type="process", concurrency_limit=2))
    (stored,) = deploy(replace(ETL, work_pool="small"))
    for _ in range(5):
        ask(backend, stored)
    first, second = (claimed(backend, clock, pool="small") for _ in range(2))

    assert claim(backend, clock, pool="small") is None
    backend.report(first, COMPLETED, clock.now)
    claimed(backend, clock, pool="small")
    assert claim(backend, clock, pool="small") is None
    backend.release(second, clock.now)
    claimed(backend, clock, pool="small")
    assert claim(backend, clock, pool="small") is None


def test_runs_beyond_the_limit_of_a_deployment_wait(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """They say so, take no slot, and let others pass."""
    (limited, free) = deploy(replace(ETL, concurrency_limit=ConcurrencyLimit(1)), replace(ETL, name="free"))
    first, second = (ask(backend, limited, scheduled=at(9, minute)) for minute in (1, 2))
    other = ask(backend, free, scheduled=at(10))

    running = claimed(backend, clock)
    assert [first.id, other.id] == [running.run.id, claimed(backend, clock).run.id]
    assert claim(backend, clock) is None
    waiting = read(backend, second.id).state
    assert (waiting.type, waiting.name) == (StateType.SCHEDULED, "AwaitingConcurrencySlot")

    backend.report(running, COMPLETED, clock.now)
    assert second.id == claimed(backend, clock).run.id
    assert read(backend, second.id).state.name == "Pending"


def test_runs_beyond_the_limit_may_be_cancelled(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """Those that are due; the one of later comes when it is due."""
    limit = ConcurrencyLimit(1, CollisionStrategy.CANCEL_NEW)
    (stored,) = deploy(replace(ETL, concurrency_limit=limit))
    first, second = (ask(backend, stored, scheduled=at(9, minute)) for minute in (1, 2))
    later = ask(backend, stored, scheduled=at(13))

    assert first.id == begun(backend, clock).run.id
    assert claim(backend, clock) is None
    surplus = read(backend, second.id)
    assert (StateType.CANCELLED, clock.now) == (surplus.state.type, surplus.ended)
    assert "limit" in surplus.state.message
    assert StateType.SCHEDULED is read(backend, later.id).state.type


@pytest.mark.parametrize(
    ("strategy", "state"),
    [(CollisionStrategy.CANCEL_NEW, "Cancelled"), (CollisionStrategy.ENQUEUE, "AwaitingConcurrencySlot")],
)
def test_runs_beyond_the_limit_are_held_back_by_who_claims_nothing(
    backend: OwnBackend, deploy: Deploy, clock: Clock, strategy: CollisionStrategy, state: str
) -> None:
    """As a worker does that has no room for another run."""
    (stored,) = deploy(replace(ETL, concurrency_limit=ConcurrencyLimit(1, strategy)))
    for minute in (1, 2, 3):
        ask(backend, stored, scheduled=at(9, minute))
    later = ask(backend, stored, scheduled=at(13))
    begun(backend, clock)

    backend.hold_back(clock.now)
    assert [run.state.name for run in runs(backend)] == ["Running", state, state, "Scheduled"]
    seen = backend.changed()
    backend.hold_back(clock.now)
    assert (seen, StateType.SCHEDULED) == (backend.changed(), read(backend, later.id).state.type)


def test_a_run_that_is_being_cancelled_takes_up_its_slot(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """Until it has ended."""
    (stored,) = deploy(replace(ETL, concurrency_limit=ConcurrencyLimit(1)))
    for _ in range(2):
        ask(backend, stored)
    running = begun(backend, clock)
    backend.cancel(running.run.id)

    assert claim(backend, clock) is None
    backend.report(running, State(StateType.CANCELLED), clock.now)
    assert claim(backend, clock) is not None


def test_a_paused_deployment_still_runs_what_is_asked_for(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """Pausing is about schedules."""
    (stored,) = deploy(replace(ETL, paused=True))
    run = ask(backend, stored)

    assert run.id == claimed(backend, clock).run.id


def test_a_scheduled_run_that_comes_back_to_a_paused_deployment_rests(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """It was taken before the pause, and given back after it."""
    (stored,) = deploy(replace(ETL, schedules=(HOURLY,)))
    backend.schedule(clock.now)
    clock.advance(3600)
    taken = claimed(backend, clock)
    deploy(replace(stored.deployment, paused=True))
    backend.release(taken, clock.now)

    assert claim(backend, clock) is None


def test_a_run_that_waits_for_long_is_late(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """After fifteen seconds; claiming it is the end of that."""
    run = ask(backend, etl)

    assert read(backend, run.id).state.name == "Scheduled"
    clock.advance(16)
    assert "Late" == read(backend, run.id).state.name == runs(backend)[0].state.name
    assert claimed(backend, clock).run.state.name == "Pending"


def test_a_run_begins_and_ends(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """With the times of it, and whatever the worker has to say."""
    ask(backend, etl)
    found = claimed(backend, clock)
    begin = clock.advance(1)
    backend.report(found, RUNNING, begin)
    backend.report(found, State(StateType.RUNNING, "Retrying", "once more"), clock.advance(1))
    failed = State(StateType.FAILED, "TimedOut", "after 2 seconds ⏱")
    end = clock.advance(1)

    assert State(StateType.RUNNING, "Retrying", "once more") == read(backend, found.run.id).state
    assert backend.report(found, failed, end)
    assert replace(found.run, state=failed, started=begin, ended=end) == backend.run(found.run.id)


def test_a_run_that_has_ended_is_nobodys(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """Its worker has nothing more to say about it."""
    ask(backend, etl)
    found = begun(backend, clock)
    backend.report(found, COMPLETED, clock.now)

    assert not backend.report(found, RUNNING, clock.now)
    assert backend.renew([found], now=clock.now, lease=LEASE) == {}
    assert not backend.release(found, clock.now)
    assert StateType.COMPLETED is read(backend, found.run.id).state.type


def test_a_run_that_was_cancelled_before_it_began_does_not_begin(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """The worker that took it learns so when it says that it begins."""
    ask(backend, etl)
    found = claimed(backend, clock)
    twin.cancel(found.run.id)

    assert not backend.report(found, RUNNING, clock.now)
    assert StateType.CANCELLED is read(backend, found.run.id).state.type


@pytest.mark.parametrize("end", [StateType.CANCELLED, StateType.COMPLETED, StateType.FAILED])
def test_a_run_that_is_being_cancelled_only_ends(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock, end: StateType
) -> None:
    """It is not made to run again by a report; how it ends is for its worker to say."""
    ask(backend, etl)
    found = begun(backend, clock)

    assert StateType.CANCELLING is twin.cancel(found.run.id).state.type
    assert StateType.CANCELLING is twin.cancel(found.run.id).state.type
    assert backend.report(found, State(StateType.RUNNING, "Retrying"), clock.now)
    assert {found.run.id: StateType.CANCELLING} == backend.renew([found], now=clock.now, lease=LEASE)
    assert backend.report(found, State(end), clock.now)
    assert end is read(backend, found.run.id).state.type


def test_a_lease_that_is_renewed_does_not_run_out(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """Both a run that began and one that has not are held."""
    for _ in range(2):
        ask(backend, etl)
    one, two = begun(backend, clock), claimed(backend, clock)
    clock.advance(LEASE - 1)
    states = {one.run.id: StateType.RUNNING, two.run.id: StateType.PENDING}

    assert states == backend.renew([one, two], now=clock.now, lease=LEASE)
    assert twin.reap(clock.advance(LEASE - 1)) == []
    assert {one.run.id, two.run.id} == {run.id for run in twin.reap(clock.advance(2))}


def test_a_lease_of_a_clock_that_was_set_back_runs_out_all_the_same(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """As late as if it began when the others first saw it; who goes on renews it until then."""
    for _ in range(2):
        ask(backend, etl)
    clock.advance(YEARS)
    dead, alive = begun(backend, clock), begun(backend, clock)
    clock.advance(-YEARS)

    assert twin.reap(clock.now) == []
    assert alive.run.id in backend.renew([alive], now=clock.advance(LEASE - 1), lease=LEASE)
    assert [dead.run.id] == [run.id for run in twin.reap(clock.advance(2))]
    assert [alive.run.id] == [run.id for run in twin.reap(clock.advance(LEASE))]


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


def test_renewing_nothing_is_nothing(backend: OwnBackend, clock: Clock) -> None:
    """A worker without runs need not be special."""
    assert backend.renew([], now=clock.now, lease=LEASE) == {}


def test_looking_at_what_is_held_changes_nothing(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """It tells what `renew` tells, and renews nothing."""
    for _ in range(3):
        ask(backend, etl)
    one, two, ended = begun(backend, clock), claimed(backend, clock), begun(backend, clock)
    backend.report(ended, COMPLETED, clock.now)
    twin.cancel(one.run.id)
    seen = twin.changed()

    states = {one.run.id: StateType.CANCELLING, two.run.id: StateType.PENDING}
    assert states == backend.held([one, two, ended])
    assert backend.held([]) == {}
    assert seen == twin.changed()
    assert len(twin.reap(clock.advance(LEASE + 1))) == 2
    assert backend.held([one, two]) == {}


def test_what_became_due_later_can_be_left(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """A worker that is to execute what is due now does not go on for ever."""
    first = ask(backend, etl, scheduled=clock.now)
    began = clock.now
    ask(backend, etl, scheduled=clock.advance(1))
    ask(backend, etl, scheduled=at(23))

    found = [claim(backend, clock, due_by=began), claim(backend, clock, due_by=began)]
    assert [each and each.run.id for each in found] == [first.id, None]
    assert claim(backend, clock, due_by=at(23)) is not None
    assert claim(backend, clock, due_by=at(23)) is None


def test_runs_that_ended_long_ago_can_be_removed(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """With their lines, a few at a time; never one that has not ended, however old."""
    old = [ask(backend, etl) for _ in range(3)]
    backend.append_logs(old[0].id, [LogLine(clock.now, 20, "hello")])
    for _ in range(2):
        backend.report(begun(backend, clock), COMPLETED, clock.now)
    running = begun(backend, clock)
    waiting = ask(backend, etl, scheduled=at(13))
    recent = ask(backend, etl)
    clock.advance(60)
    backend.cancel(recent.id)

    assert backend.forget(clock.now, limit=1) == 1
    assert backend.forget(clock.now, limit=5) == 1
    assert backend.forget(clock.now, limit=5) == 0
    assert {running.run.id, waiting.id, recent.id} == {run.id for run in runs(backend)}
    assert [backend.run(run.id) for run in old[:2]] == [None, None]
    assert backend.logs(old[0].id) == []


def test_a_run_that_has_not_begun_can_be_given_back(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """It is due again, for anyone, and no longer ours."""
    run = ask(backend, etl)
    found = claimed(backend, clock)

    assert backend.release(found, clock.now)
    assert run == backend.run(run.id)
    assert not backend.report(found, RUNNING, clock.now)
    assert run.id == claimed(twin, clock).run.id


def test_a_run_that_began_cannot_be_given_back(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """It might be executed twice."""
    ask(backend, etl)
    found = begun(backend, clock)

    assert not backend.release(found, clock.now)
    assert StateType.RUNNING is read(backend, found.run.id).state.type


def test_what_a_dead_worker_ran_has_crashed(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """It is told why, and the worker, should it come back, that the run is no longer its own."""
    ask(backend, etl)
    found = begun(backend, clock)
    (run,) = twin.reap(clock.advance(LEASE + 1))

    assert (StateType.CRASHED, clock.now) == (run.state.type, run.ended)
    assert "stopped answering" in run.state.message
    assert run == backend.run(run.id)
    assert not backend.report(found, COMPLETED, clock.now)
    assert twin.reap(clock.advance(LEASE + 1)) == []


def test_what_a_dead_worker_was_to_cancel_is_cancelled(
    backend: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """That is what was asked for."""
    ask(backend, etl)
    backend.cancel(begun(backend, clock).run.id)

    assert [run.state.type for run in backend.reap(clock.advance(LEASE + 1))] == [StateType.CANCELLED]


def test_what_a_dead_worker_had_not_begun_is_due_again_three_times(
    backend: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """If every worker dies of it, it has crashed."""
    run = ask(backend, etl)
    states = []
    for _ in range(4):
        assert run.id == claimed(backend, clock).run.id
        states += [reaped.state for reaped in backend.reap(clock.advance(LEASE + 1))]

    assert [State(StateType.SCHEDULED)] * 3 == states[:3]
    assert StateType.CRASHED is states[3].type
    assert claim(backend, clock) is None


def test_nobody_runs_what_has_no_deployment_any_more(
    backend: OwnBackend, deploy: Deploy, clock: Clock
) -> None:
    """A run that comes back after its deployment was deleted is cancelled; one that began goes on."""
    (stored,) = deploy(ETL)
    for _ in range(3):
        ask(backend, stored)
    running, given_back, lost = begun(backend, clock), claimed(backend, clock), claimed(backend, clock)
    list(backend.write([Write(stored, None)]))

    assert backend.release(given_back, clock.now)
    backend.renew([running], now=clock.now, lease=1e6)
    backend.reap(clock.advance(LEASE + 1))
    assert StateType.CANCELLED is read(backend, given_back.run.id).state.type
    assert StateType.CANCELLED is read(backend, lost.run.id).state.type
    assert backend.report(running, COMPLETED, clock.now)


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


def test_a_change_of_somebody_else_shows(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """A worker that looks at a number knows whether to look at more. Looking changes nothing."""
    seen = [backend.changed(), backend.changed()]
    assert seen[0] == seen[1]
    for change in (
        lambda: ask(twin, etl),
        lambda: claim(twin, clock),
        lambda: twin.write([Write(None, replace(ETL, name="new"))]),
        lambda: twin.reap(clock.advance(LEASE + 1)),
    ):
        change()
        seen.append(backend.changed())

    assert len(set(seen)) == 5
    assert claim(twin, clock, pool="nowhere") is None
    assert (twin.reap(clock.now), twin.schedule(clock.now)) == ([], 0)
    assert seen[-1] == backend.changed()


def test_what_a_run_writes_is_kept_in_order(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """And read on from where one stopped; lines of another run are not mixed in."""
    run, other = ask(backend, etl), ask(backend, etl)
    lines = [LogLine(clock.advance(0.5), 20 + number, f"line {number} ü", "flow") for number in range(7)]
    backend.append_logs(run.id, lines[:3])
    backend.append_logs(other.id, [LogLine(clock.now, 40, "else")])
    backend.append_logs(run.id, [])
    twin.append_logs(run.id, lines[3:])

    assert lines == backend.logs(run.id)
    assert [lines[5:], [], []] == [twin.logs(run.id, after=after) for after in (5, 7, 100)]


def test_a_line_may_be_anything(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """Nothing that a run prints can keep its log from being kept."""
    run = ask(backend, etl)
    backend.append_logs(
        run.id, [LogLine(clock.now, 20, text, text) for text in ("", "a\0b", "\ud83d", "x" * 10**6)]
    )

    assert [line.message for line in backend.logs(run.id)][:2] == ["", "a\0b"]
    assert len(backend.logs(run.id)) == 4


def test_lines_need_a_run(backend: OwnBackend, clock: Clock) -> None:
    """The id must stand for one."""
    with pytest.raises(NotFound, match="nowhere"):
        backend.append_logs("nowhere", [LogLine(clock.now, 20, "hello")])


def test_a_message_may_be_anything(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """Nothing that an exception says can keep a run from ending."""
    ask(backend, etl)
    found = begun(backend, clock)

    assert backend.report(found, State(StateType.FAILED, "\udcff", "bad name: \udcff"), clock.now)
    assert read(backend, found.run.id).state.message.startswith("bad name: ")
