"""Runs of flows that scripts call: without a deployment, held by who executes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from syntask_yaml.backend.base import OwnBackend, RunFilter
from syntask_yaml.backend.queue import Claim
from syntask_yaml.backend.run_states import script_run
from syntask_yaml.errors import BackendConflict
from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.run import CauseKind, LogLine, State, StateType
from tests.contract.queue import COMPLETED, LEASE, RUNNING, Clock, read

pytestmark = pytest.mark.own("a server is told of scripts by its own client")


def begin(backend: OwnBackend, clock: Clock) -> Claim:
    run = script_run("etl", {"days": 3}, "process 7 of ann@desk")
    return backend.begin(run, now=clock.now, lease=LEASE)


def test_it_is_a_run_like_others(backend: OwnBackend, twin: OwnBackend, clock: Clock) -> None:
    """It is listed, writes and ends."""
    claim = begin(backend, clock)
    run = read(twin, claim.run.id)
    assert run == replace(claim.run, state=RUNNING)
    assert (run.deployment, run.deployment_id, run.parameters) == (None, None, {"days": 3})
    assert run.is_of_script
    assert twin.runs(RunFilter(states=frozenset({StateType.RUNNING}))) == [run]

    assert backend.append_logs(run.id, [LogLine(clock.now, 20, "one")], token=claim.token)
    assert backend.report(claim, COMPLETED, clock.advance(1))
    ended = read(twin, run.id)
    assert (ended.state, ended.ended) == (COMPLETED, clock.now)
    assert twin.forget(clock.advance(60), limit=5) == 1


def test_no_worker_takes_it(backend: OwnBackend, twin: OwnBackend, clock: Clock) -> None:
    begin(backend, clock)

    assert twin.claim("default", worker="worker", now=clock.advance(5), lease=LEASE) is None
    assert twin.reap(clock.now) == []


def test_a_script_that_was_killed_is_seen_without_a_worker(
    backend: OwnBackend, twin: OwnBackend, clock: Clock
) -> None:
    """As a worker would end it, and with its tasks."""
    claim = begin(backend, clock)
    task = ChildRun(id="1", kind="task", name="load-0", of="load", state=RUNNING, changed=clock.now)
    backend.put_children(claim.run.id, [task], token=claim.token)
    clock.advance(LEASE + 1)

    seen = read(twin, claim.run.id)
    assert seen.state == State(StateType.CRASHED, "", "The script that called the flow stopped responding.")
    assert seen.state.cause is not None
    assert (seen.state.cause.kind, seen.state.cause.who) == (CauseKind.WORKER_LOST, "process 7 of ann@desk")
    assert [each.state.type for each in twin.children(claim.run.id)] == [StateType.CRASHED]
    with pytest.raises(BackendConflict, match="already ended as Crashed"):
        twin.cancel(claim.run.id)

    assert twin.reap(clock.now, only=["another"]) == []
    assert [each.id for each in twin.reap(clock.now, only=[claim.run.id])] == [claim.run.id]
    assert read(twin, claim.run.id).state == seen.state
    assert [each.state.type for each in twin.children(claim.run.id)] == [StateType.CRASHED]


def test_one_that_slept_goes_on_where_nobody_found_it(backend: OwnBackend, clock: Clock) -> None:
    """A machine that wakes up renews its leases."""
    claim = begin(backend, clock)
    clock.advance(LEASE + 1)

    assert backend.renew([claim], now=clock.now, lease=LEASE) == {claim.run.id: StateType.RUNNING}
    held = read(backend, claim.run.id)
    assert (held.state.type, held.held_until) == (StateType.RUNNING, clock.now + timedelta(seconds=LEASE))


def _ends(backend: OwnBackend, claim: Claim, clock: Clock) -> None:
    backend.report(claim, COMPLETED, clock.now)


def _is_lost(_backend: OwnBackend, _claim: Claim, clock: Clock) -> None:
    clock.advance(LEASE + 1)


@pytest.mark.parametrize("end", [_ends, _is_lost])
def test_what_a_script_did_a_worker_cannot_do_again(
    backend: OwnBackend, clock: Clock, end: Callable[[OwnBackend, Claim, Clock], None]
) -> None:
    claim = begin(backend, clock)
    end(backend, claim, clock)

    with pytest.raises(BackendConflict, match="has no deployment") as caught:
        backend.retry(claim.run.id)
    assert "Run the script again" in caught.value.hint


def test_it_is_asked_to_end(backend: OwnBackend, twin: OwnBackend, clock: Clock) -> None:
    claim = begin(backend, clock)
    twin.cancel(claim.run.id)

    assert backend.held([claim]) == {claim.run.id: StateType.CANCELLING}
    assert backend.report(claim, State(StateType.CANCELLED), clock.now)
    cause = read(twin, claim.run.id).state.cause
    assert cause is not None
    assert cause.kind is CauseKind.REQUEST
