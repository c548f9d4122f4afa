"""What keeps a due run from being claimed: paused pools and deployments, and limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import State, StateType
from tests.contract.queue import (
    COMPLETED,
    ETL,
    HOURLY,
    LEASE,
    Clock,
    Deploy,
    ask,
    at,
    begun,
    claim,
    claimed,
    read,
    runs,
)

pytestmark = pytest.mark.own(reason="a server has workers of its own")


def test_a_paused_pool_gives_nothing(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """Its runs wait."""
    backend.create_pool(WorkPool(name="still", type="process", is_paused=True))
    run = ask(backend, *deploy(replace(ETL, work_pool="still")))

    assert claim(backend, clock, pool="still") is None
    assert StateType.SCHEDULED is read(backend, run.id).state.type


def test_a_pool_has_a_limit(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """Whoever has ended makes room for another one."""
    backend.create_pool(WorkPool(name="small", type="process", concurrency_limit=2))
    (stored,) = deploy(replace(ETL, work_pool="small"))
    for _ in range(5):
        ask(backend, stored)
    first, _second = (claimed(backend, clock, pool="small") for _ in range(2))

    assert claim(backend, clock, pool="small") is None
    backend.report(first, COMPLETED, clock.now)
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
    """It was taken before the pause, and its worker died after it."""
    (stored,) = deploy(replace(ETL, schedules=(HOURLY,)))
    backend.schedule(clock.now)
    clock.advance(3600)
    taken = claimed(backend, clock)
    deploy(replace(stored.deployment, paused=True))

    assert [taken.run.id] == [run.id for run in backend.reap(clock.advance(LEASE + 1))]
    assert StateType.SCHEDULED is read(backend, taken.run.id).state.type
    assert claim(backend, clock) is None
