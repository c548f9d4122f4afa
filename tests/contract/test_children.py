"""Task runs and subflow runs of a run: kept while it goes on, ended with it, and read in order."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from syntask_yaml.backend.base import Backend, LogFilter, OwnBackend, is_own
from syntask_yaml.backend.queue import Claim
from syntask_yaml.errors import NotFound
from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.run import LogLine, State, StateType
from tests.contract.queue import LEASE, RUNNING, Clock, ask, begun

OURS = pytest.mark.own("runs on a server report to it by themselves")
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def id_of(number: int) -> str:
    return str(UUID(int=number))


def child(number: int, state: State = RUNNING, **fields: Any) -> ChildRun:
    """The task run of that number, which started as many seconds after the others."""
    at = START + timedelta(seconds=number)
    known = {"kind": "task", "name": f"load-{number}", "of": "load", "changed": at}
    ended = at + timedelta(seconds=5) if state.type.is_final else None
    return ChildRun(**{**known, "id": id_of(number), "state": state, "started": at, "ended": ended, **fields})


COMPLETED, FAILED = State(StateType.COMPLETED), State(StateType.FAILED, "", "ValueError: no")


@OURS
def test_children_are_kept_in_the_order_in_which_they_were_heard_of(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """With all that is known of them, whoever asks."""
    ask(backend, etl)
    claim = begun(backend, clock)
    flow = child(7, kind="flow", of="inner", name="odd-\ud83d", parent=None)
    inner = child(3, COMPLETED, parent=flow.id, upstream=(id_of(5), id_of(6)), attempts=3)

    assert backend.put_children(claim.run.id, [flow, child(5, FAILED)], token=claim.token)
    assert backend.put_children(claim.run.id, [inner], token=claim.token)
    kept = flow._replace(name="odd-\\ud83d")
    assert twin.children(claim.run.id) == [kept, child(5, FAILED), inner]
    assert twin.children(id_of(1)) == []


@OURS
def test_the_last_state_of_a_child_is_what_counts(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """It keeps its place, its start and what was known of it; what is heard late changes nothing."""
    ask(backend, etl)
    claim = begun(backend, clock)
    first = child(1, upstream=(id_of(9),))
    changed = first.changed + timedelta(seconds=2)
    retried = first._replace(attempts=2, started=None, changed=changed, upstream=())
    backend.put_children(claim.run.id, [first, child(2)], token=claim.token)
    backend.put_children(claim.run.id, [retried], token=claim.token)
    backend.put_children(claim.run.id, [first._replace(state=FAILED)], token=claim.token)

    kept = first._replace(attempts=2, changed=retried.changed)
    assert backend.children(claim.run.id) == [kept, child(2)]


@OURS
def test_who_lost_the_run_writes_nothing(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    ask(backend, etl)
    claim = begun(backend, clock)
    clock.advance(LEASE + 1)
    twin.reap(clock.now)

    assert not backend.put_children(claim.run.id, [child(1)], token=claim.token)
    assert backend.children(claim.run.id) == []
    with pytest.raises(NotFound):
        backend.put_children(id_of(1), [child(1)])


def _completes(backend: OwnBackend, claim: Claim, clock: Clock) -> None:
    backend.report(claim, COMPLETED, clock.now)


def _fails(backend: OwnBackend, claim: Claim, clock: Clock) -> None:
    backend.report(claim, FAILED, clock.now)


def _is_cancelled(backend: OwnBackend, claim: Claim, clock: Clock) -> None:
    backend.cancel(claim.run.id)
    backend.report(claim, State(StateType.CANCELLED), clock.now)


def _is_reaped(backend: OwnBackend, claim: Claim, clock: Clock) -> None:
    backend.reap(clock.advance(LEASE + 1))


@OURS
@pytest.mark.parametrize(
    ("end", "expected"),
    [
        pytest.param(_completes, StateType.CRASHED, id="completed"),
        pytest.param(_fails, StateType.CRASHED, id="failed"),
        pytest.param(_is_cancelled, StateType.CANCELLED, id="cancelled"),
        pytest.param(_is_reaped, StateType.CRASHED, id="reaped"),
    ],
)
def test_what_has_not_ended_ends_with_its_run(
    backend: OwnBackend,
    etl: Stored,
    clock: Clock,
    end: Callable[[OwnBackend, Claim, Clock], None],
    expected: StateType,
) -> None:
    """At the same time, with a message; what ended before stays, and so does what other runs have."""
    ask(backend, etl)
    ask(backend, etl)
    claim = begun(backend, clock)
    waiting = child(3, State(StateType.PENDING), started=None)
    backend.put_children(claim.run.id, [child(1), child(2, FAILED), waiting], token=claim.token)
    end(backend, claim, clock)
    other = begun(backend, clock)
    backend.put_children(other.run.id, [child(1)], token=other.token)

    running, failed, pending = backend.children(claim.run.id)
    assert {expected} == {running.state.type, pending.state.type}
    assert {clock.now} == {running.ended, pending.ended, running.changed}
    assert running.state.message.startswith("The flow run ")
    assert (failed, [child(1)]) == (child(2, FAILED), backend.children(other.run.id))


@OURS
def test_children_are_removed_with_their_run(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    ask(backend, etl)
    claim = begun(backend, clock)
    backend.put_children(claim.run.id, [child(1)], token=claim.token)
    backend.report(claim, COMPLETED, clock.now)

    assert backend.forget(clock.advance(60), limit=5) == 1
    assert backend.children(claim.run.id) == []


class Teller:
    """Has a run of *stored* with what a flow would make in it, by whichever way the backend has."""

    def __init__(self, backend: Backend, stored: Stored, clock: Clock) -> None:
        self.backend, self.clock = backend, clock
        self.run = ask(backend, stored)  # type: ignore[arg-type]  # a verb of both ports

    def tell(self, tasks: int) -> None:
        """Tell of a number of tasks, each of which takes the result of the first and writes a line."""
        backend = self.backend
        if is_own(backend):
            begun(backend, self.clock)
            first = child(0, COMPLETED)
            others = [child(number, upstream=(first.id,)) for number in range(1, tasks)]
            backend.put_children(self.run.id, [first, *others])
            lines = [LogLine(START, 20, f"line of {each.name}", task=each.id) for each in (first, *others)]
            backend.append_logs(self.run.id, lines)
            return
        ids: list[str] = []
        for number in range(tasks):
            inputs = [{"input_type": "task_run", "id": ids[0]}] if ids else []
            body = {
                "flow_run_id": self.run.id,
                "name": f"load-{number}",
                "task_key": "load-0a1b2c3d",
                "dynamic_key": str(number),
                "task_inputs": {"before": inputs},
                "state": {"type": "RUNNING" if ids else "COMPLETED"},
            }
            ids.append(self._post("/task_runs/", body)["id"])
        line = {"name": "tasks", "level": 20, "timestamp": START.isoformat(), "flow_run_id": self.run.id}
        texts = [(task, f"line of load-{number}") for number, task in enumerate(ids)]
        self._post("/logs/", [{**line, "message": text, "task_run_id": task} for task, text in texts])

    def _post(self, path: str, body: Any) -> Any:
        """Call the API of the server, again while it is too busy."""
        while True:
            answer = httpx.post(f"{self.backend.url}{path}", json=body, timeout=60, trust_env=False)
            if answer.status_code != 503:
                answer.raise_for_status()
                return answer.json() if answer.content else None
            time.sleep(0.1)


def test_task_runs_are_read_completely(backend: Backend, etl: Stored, clock: Clock) -> None:
    """More than a page of them, in order, with what each takes the result of."""
    teller = Teller(backend, etl, clock)
    teller.tell(205)

    found = backend.children(teller.run.id)
    assert {f"load-{number}" for number in range(205)} == {each.name for each in found}
    assert ({"load"}, {"task"}, {None}) == tuple(
        {getattr(each, name) for each in found} for name in ("of", "kind", "parent")
    )
    (first,) = [each for each in found if each.state.type is StateType.COMPLETED]
    assert [(each.state.name, each.upstream) for each in found if each != first] == [
        ("Running", (first.id,))
    ] * 204
    starts = [each.started for each in found if each.started is not None]
    assert starts == sorted(starts)


def test_lines_of_task_runs_are_found(backend: Backend, etl: Stored, clock: Clock) -> None:
    """Those of the tasks that are meant, and of no other."""
    teller = Teller(backend, etl, clock)
    teller.tell(4)
    ids = {each.name: each.id for each in backend.children(teller.run.id)}

    which = LogFilter(tasks=(ids["load-1"], ids["load-3"]))
    found = backend.logs(teller.run.id, which=which)
    assert [("line of load-1", ids["load-1"]), ("line of load-3", ids["load-3"])] == sorted(
        (line.message, line.task) for line in found
    )
    assert len(backend.logs(teller.run.id)) == 4


def test_a_run_without_children_has_none(backend: Backend, etl: Stored) -> None:
    """Nor has one that there is not."""
    run = ask(backend, etl)  # type: ignore[arg-type]  # a verb of both ports

    assert backend.children(run.id) == []
    assert backend.children("nothing") == []
