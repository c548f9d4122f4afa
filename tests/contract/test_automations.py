"""Automations: what is kept of them, and that each end of a run is delivered once, whoever wrote it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.errors import BackendConflict
from syntask_yaml.model.automation import Automation, AutomationWrite, StoredAutomation
from syntask_yaml.model.delivery import Attempt, DeliveryState, delivery_id
from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit, Stored, Write
from syntask_yaml.model.run import State, StateType
from tests.contract.queue import ETL, LEASE, RUNNING, Clock, Deploy, ask, begun, claimed

pytestmark = pytest.mark.own(reason="a server fires its automations itself")

PAGE = {"type": "run-command", "command": ["page"], "timeout": 60}
CALL = {"type": "call-webhook", "block": "webhook/ops", "payload": "x"}
TELL = Automation(
    name="tell",
    trigger={"type": "event", "expect": ["prefect.flow-run.*"]},
    actions=(PAGE, CALL),
    project="p",
)
FAILED = State(StateType.FAILED, message="it broke")


def put(backend: OwnBackend, *automations: Automation) -> list[StoredAutomation]:
    """What the backend has of *automations*, once they are written."""
    there = {each.automation.name: each for each in backend.automations()}
    written = list(
        backend.write_automations([AutomationWrite(there.get(each.name), each) for each in automations])
    )
    assert [each.error for each in written] == [None for _ in automations]
    return backend.automations()


def ended(backend: OwnBackend, clock: Clock, state: State = FAILED) -> str:
    """The id of a run that was just executed."""
    claim = begun(backend, clock)
    assert backend.report(claim, state, clock.now)
    return claim.run.id


def test_an_automation_is_kept_as_it_was_written(backend: OwnBackend, twin: OwnBackend) -> None:
    """Changed, it keeps its id; others see it."""
    (made,) = put(backend, TELL)
    assert made.automation == TELL

    changed = replace(TELL, enabled=False, description="d", actions=(CALL,))
    assert [(each.id, each.automation) for each in put(backend, changed)] == [(made.id, changed)]
    assert [each.automation for each in twin.automations(project="p")] == [changed]
    assert twin.automations(project="other") == []
    assert [each.id for each in twin.automations(project="other", names=["tell"])] == [made.id]


def test_what_changed_meanwhile_is_a_conflict(backend: OwnBackend, twin: OwnBackend) -> None:
    """And nothing is written; others of the same call are."""
    (before,) = put(backend, TELL)
    put(twin, replace(TELL, description="another"))

    mine, other = backend.write_automations(
        [AutomationWrite(before, None), AutomationWrite(None, replace(TELL, name="other"))]
    )
    assert isinstance(mine.error, BackendConflict)
    assert other.error is None
    assert [each.automation.name for each in backend.automations()] == ["other", "tell"]


def test_an_end_is_delivered_once(backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock) -> None:
    """Whoever looks, and however often: each action for each run."""
    (stored,) = put(backend, TELL)
    ask(backend, etl)
    run_id = ended(backend, clock)

    assert [backend.dispatch(clock.now), twin.dispatch(clock.now)] == [2, 0]
    # A machine that loses power may lose the rows, and makes them again: under the same ids.
    ids = {delivery_id(run_id, stored.id, position) for position in range(2)}
    assert {each.id for each in backend.deliveries(run_id)} == ids
    assert [
        each.action for each in sorted(backend.deliveries(run_id), key=lambda each: str(each.action))
    ] == [
        CALL,
        PAGE,
    ]
    first = backend.claim_deliveries(clock.now, lease=LEASE, limit=1)
    rest = twin.claim_deliveries(clock.now, lease=LEASE, limit=8)
    assert len({each.delivery.id for each in (*first, *rest)}) == 2
    assert backend.claim_deliveries(clock.now, lease=LEASE, limit=8) == []
    for each in (*first, *rest):
        assert each.run.state == FAILED
        assert backend.report_delivery(each, Attempt(True, "done"), clock.now)
    assert backend.claim_deliveries(clock.advance(LEASE + 1), lease=LEASE, limit=8) == []
    assert {(each.state, each.message) for each in backend.deliveries(run_id)} == {
        (DeliveryState.DELIVERED, "done")
    }


def test_every_end_counts(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """A run that is cancelled, is one too many, or loses its deployment or its worker ends, too."""
    put(backend, replace(TELL, actions=(PAGE,)))
    limit = ConcurrencyLimit(1, CollisionStrategy.CANCEL_NEW)
    limited, other = deploy(replace(ETL, concurrency_limit=limit), replace(ETL, name="other"))
    waits = ask(backend, other)
    backend.cancel(waits.id)
    ask(backend, limited)
    lost = begun(backend, clock)
    surplus = ask(backend, limited)
    backend.hold_back(clock.now)
    orphan = ask(backend, other)
    list(backend.write([Write(other, None)]))
    clock.advance(LEASE + 1)
    backend.reap(clock.now)

    assert backend.dispatch(clock.now) == 4
    ends = {run_id: backend.deliveries(run_id) for run_id in (waits.id, lost.run.id, surplus.id, orphan.id)}
    assert [len(each) for each in ends.values()] == [1, 1, 1, 1]


def test_what_does_not_match_is_not_delivered(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """Another state, another deployment, an automation that is off, or that came after the end."""
    event = TELL.trigger
    put(
        backend,
        replace(TELL, name="other state", trigger={**event, "expect": ["prefect.flow-run.Crashed"]}),
        replace(TELL, name="other", trigger={**event, "match_related": {"prefect.resource.name": "x"}}),
        replace(TELL, name="off", enabled=False),
    )
    ask(backend, etl)
    run_id = ended(backend, clock)
    clock.advance(1)
    put(backend, TELL)

    assert backend.dispatch(clock.now) == 0
    assert backend.deliveries(run_id) == []


def test_what_a_dead_worker_was_at_is_done_by_another(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """Under the same id, once nobody says any more that it goes on; the dead one reports nothing."""
    put(backend, replace(TELL, actions=(PAGE,)))
    ask(backend, etl)
    ended(backend, clock)
    backend.dispatch(clock.now)
    (mine,) = backend.claim_deliveries(clock.now, lease=LEASE, limit=8)
    backend.renew_deliveries([mine], now=clock.advance(LEASE - 1), lease=LEASE)

    assert twin.claim_deliveries(clock.advance(LEASE - 1), lease=LEASE, limit=8) == []
    (theirs,) = twin.claim_deliveries(clock.advance(2), lease=LEASE, limit=8)
    assert (theirs.delivery.id, theirs.delivery.attempts) == (mine.delivery.id, 2)
    assert not backend.report_delivery(mine, Attempt(True, "done"), clock.now)
    again = clock.now.replace(year=2027)
    assert twin.report_delivery(theirs, Attempt(False, "no answer", again), clock.now)
    (left,) = backend.deliveries(mine.delivery.run_id)
    assert (left.state, left.message, left.due) == (DeliveryState.PENDING, "no answer", again)


def test_automations_that_are_busy_are_passed_over(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    put(backend, replace(TELL, actions=(PAGE,)), replace(TELL, name="other", actions=(PAGE,)))
    ids = {each.automation.name: each.id for each in backend.automations()}
    ask(backend, etl)
    ended(backend, clock)
    backend.dispatch(clock.now)

    (claim,) = backend.claim_deliveries(clock.now, lease=LEASE, limit=8, besides=[ids["tell"]])
    assert claim.delivery.automation == "other"
    assert not backend.claim_deliveries(clock.now, lease=LEASE, limit=8, besides=[ids["tell"]])
    assert len(backend.claim_deliveries(clock.now, lease=LEASE, limit=8)) == 1


def test_a_clock_that_was_set_back_keeps_nothing_waiting(
    backend: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """What seems to be due in a year is due now."""
    put(backend, replace(TELL, actions=(PAGE,)))
    ask(backend, etl)
    run_id = ended(backend, clock)
    backend.dispatch(clock.now)
    (claim,) = backend.claim_deliveries(clock.now, lease=LEASE, limit=8)
    backend.report_delivery(claim, Attempt(False, "no", clock.now.replace(year=2027)), clock.now)

    assert [each.run.id for each in backend.claim_deliveries(clock.now, lease=LEASE, limit=8)] == [run_id]


def test_without_automations_nothing_is_noted(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    ask(backend, etl)
    claim = claimed(backend, clock)
    backend.report(claim, RUNNING, clock.now)
    backend.report(claim, FAILED, clock.now)

    assert backend.dispatch(clock.now) == 0
