"""Runs that outlive their worker: another worker of the pool takes them over, each exactly once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.queue import Claim
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import LogLine, StateType
from tests.contract.queue import COMPLETED, ETL, LEASE, RUNNING, Clock, Deploy, ask, claimed, read

pytestmark = pytest.mark.own("a server leaves runs in containers to report by themselves")


@pytest.fixture(name="boxed")
def _boxed(backend: OwnBackend, deploy: Deploy) -> Stored:
    backend.create_pool(WorkPool(name="boxes", type="docker"))
    return deploy(replace(ETL, name="boxed", work_pool="boxes", job_variables={"image": "a:1"}))[0]


def _begun(backend: OwnBackend, clock: Clock) -> Claim:
    found = claimed(backend, clock, pool="boxes")
    assert backend.report(found, RUNNING, clock.now)
    return found


def _taken(backend: OwnBackend, clock: Clock, pool: str = "boxes") -> list[Claim]:
    return backend.take_over(pool, worker="heir", now=clock.now, lease=LEASE)


def test_what_runs_is_taken_over_and_never_called_crashed(
    backend: OwnBackend, twin: OwnBackend, boxed: Stored, clock: Clock
) -> None:
    """By a worker of its pool alone, once the lease has run out; the one before has lost it."""
    ask(backend, boxed)
    dead = _begun(backend, clock)
    backend.append_logs(dead.run.id, [LogLine(clock.now, 20, "one")], token=dead.token)
    clock.advance(LEASE - 1)
    assert _taken(twin, clock) == []
    clock.advance(2)

    assert twin.reap(clock.now) == []
    assert _taken(twin, clock, pool="default") == []
    (heir,) = _taken(twin, clock)
    assert (heir.run.id, heir.run.state.type, heir.logged) == (dead.run.id, StateType.RUNNING, 1)
    assert _taken(backend, clock) == []

    late = [LogLine(clock.now, 20, "late")]
    assert not backend.append_logs(dead.run.id, late, token=dead.token)
    assert not backend.report(dead, COMPLETED, clock.now)
    assert backend.renew([dead], now=clock.now, lease=LEASE) == {}
    assert twin.append_logs(heir.run.id, [LogLine(clock.now, 20, "two")], token=heir.token)
    assert twin.report(heir, COMPLETED, clock.now)
    assert [line.message for line in twin.logs(heir.run.id)] == ["one", "two"]
    assert read(backend, heir.run.id).state.type is StateType.COMPLETED


def test_what_had_not_begun_is_due_again(backend: OwnBackend, boxed: Stored, clock: Clock) -> None:
    ask(backend, boxed)
    claimed(backend, clock, pool="boxes")
    clock.advance(LEASE + 1)

    assert _taken(backend, clock) == []
    assert [run.state.type for run in backend.reap(clock.now)] == [StateType.SCHEDULED]


def test_what_was_to_be_cancelled_is_taken_over_to_be_ended(
    backend: OwnBackend, boxed: Stored, clock: Clock
) -> None:
    ask(backend, boxed)
    backend.cancel(_begun(backend, clock).run.id)
    clock.advance(LEASE + 1)

    assert backend.reap(clock.now) == []
    assert [claim.run.state.type for claim in _taken(backend, clock)] == [StateType.CANCELLING]


def test_a_dead_run_takes_up_its_slot_until_it_is_taken_over(
    backend: OwnBackend, boxed: Stored, clock: Clock
) -> None:
    """Its container may go on."""
    backend.update_pool("boxes", {"concurrency_limit": 1})
    for _ in range(2):
        ask(backend, boxed)
    _begun(backend, clock)
    clock.advance(LEASE + 1)

    assert backend.claim("boxes", worker="heir", now=clock.now, lease=LEASE) is None
    (heir,) = _taken(backend, clock)
    backend.report(heir, COMPLETED, clock.now)
    claimed(backend, clock, pool="boxes")


def test_a_claim_tells_how_many_lines_there_are(backend: OwnBackend, boxed: Stored, clock: Clock) -> None:
    run = ask(backend, boxed)
    backend.append_logs(run.id, [LogLine(clock.now, 20, "of an earlier start")] * 3)
    assert claimed(backend, clock, pool="boxes").logged == 3
