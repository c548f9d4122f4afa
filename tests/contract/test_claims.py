"""Claims: which run a worker gets, and that nobody else gets it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.model.deployment import Stored, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import State, StateType
from tests.contract.queue import ETL, HOURLY, LEASE, Clock, Deploy, ask, at, claim, claimed, runs

pytestmark = pytest.mark.own(reason="a server has workers of its own")


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

    assert replace(run, state=State(StateType.PENDING), worker="worker") == found.run == backend.run(run.id)
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
