"""The states of a run: what its worker says, and what becomes of it when its worker dies."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syntask_yaml.backend.base import LogFilter, OwnBackend
from syntask_yaml.backend.leases import this_process
from syntask_yaml.errors import BackendConflict, NotFound
from syntask_yaml.model.deployment import Stored, Write
from syntask_yaml.model.run import Cause, CauseKind, LogLine, State, StateType
from tests.contract.queue import (
    COMPLETED,
    ETL,
    LEASE,
    RUNNING,
    YEARS,
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


def test_a_run_gets_another_name_from_who_has_it(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    ask(backend, etl)
    found = begun(backend, clock)

    assert backend.rename(found, "load-\ud83d")
    assert read(twin, found.run.id).name == "load-\\ud83d"
    assert not backend.rename(found._replace(token="another"), "other")
    backend.report(found, COMPLETED, clock.now)
    assert not backend.rename(found, "late")
    assert read(twin, found.run.id).name == "load-\\ud83d"


def test_a_run_that_has_ended_is_nobodys(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """Its worker has nothing more to say about it."""
    ask(backend, etl)
    found = begun(backend, clock)
    backend.report(found, COMPLETED, clock.now)

    assert not backend.report(found, RUNNING, clock.now)
    assert backend.renew([found], now=clock.now, lease=LEASE) == {}
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


def test_a_run_is_retried_once_or_again(backend: OwnBackend, twin: OwnBackend, etl: Stored) -> None:
    """So that a command for many can be repeated."""
    run = backend.cancel(ask(backend, etl).id)
    retry = backend.retry(run.id)

    with pytest.raises(BackendConflict, match=retry.name):
        twin.retry(run.id)
    others = [twin.retry(run.id, again=True).id for _ in range(2)]
    assert len({run.id, retry.id, *others}) == 4
    assert backend.retry(backend.cancel(retry.id).id).id not in others


def test_lines_of_a_level_and_a_time_are_found(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    run = ask(backend, etl)
    lines = [
        LogLine(clock.now + timedelta(seconds=number), level, f"line {number}")
        for number, level in enumerate((10, 20, 30, 40, 20, 30))
    ]
    backend.append_logs(run.id, lines)

    def found(which: LogFilter, after: int = 0) -> list[str]:
        return [line.message.removeprefix("line ") for line in backend.logs(run.id, which=which, after=after)]

    assert found(LogFilter(30)) == ["2", "3", "5"]
    assert found(LogFilter(30), after=2) == ["5"]
    assert found(LogFilter(0, clock.now + timedelta(seconds=4))) == ["4", "5"]
    assert found(LogFilter(30, clock.now + timedelta(seconds=3)), after=1) == ["5"]
    assert found(LogFilter(30, limit=2)) == ["2", "3"]
    assert found(LogFilter(30, limit=2), after=1) == ["3", "5"]
    assert found(LogFilter(30, limit=2, is_newest=True)) == ["3", "5"]


def test_who_asked_first_is_kept_until_the_end(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """But not for a run that ended another way."""
    for _ in range(2):
        ask(backend, etl)
    one, other = begun(backend, clock), begun(backend, clock)
    asked = clock.now
    for each in (one, other):
        backend.cancel(each.run.id)
    clock.advance(5)
    backend.cancel(one.run.id)
    backend.report(one, State(StateType.CANCELLED), clock.now)
    backend.report(other, COMPLETED, clock.now)

    cause = backend.cause(read(backend, one.run.id))
    assert cause == Cause(kind=CauseKind.REQUEST, who=this_process().name, at=asked)
    assert backend.cause(read(backend, other.run.id)) is None


def test_who_cancelled_a_run_that_waits_is_known(backend: OwnBackend, twin: OwnBackend, etl: Stored) -> None:
    """To everybody who asks."""
    run = backend.cancel(ask(backend, etl).id)

    cause = twin.cause(read(twin, run.id))
    assert cause == Cause(kind=CauseKind.REQUEST, who=this_process().name, at=run.ended)


def test_a_cause_is_kept_as_it_is(backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock) -> None:
    cause = Cause(
        kind=CauseKind.EXIT, who="box", at=clock.now, step=2, step_name="a.b", exit_code=0, memory_kills=0
    )
    ask(backend, etl)
    found = begun(backend, clock)
    backend.report(found, State(StateType.CRASHED, cause=cause), clock.now)

    assert twin.cause(read(twin, found.run.id)) == cause
    assert read(twin, found.run.id).worker == "worker"


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


def test_what_a_dead_worker_ran_has_crashed(
    backend: OwnBackend, twin: OwnBackend, etl: Stored, clock: Clock
) -> None:
    """It is told why, and the worker, should it come back, that the run is no longer its own."""
    ask(backend, etl)
    found = begun(backend, clock)
    (run,) = twin.reap(clock.advance(LEASE + 1))

    assert (StateType.CRASHED, clock.now) == (run.state.type, run.ended)
    assert "stopped responding" in run.state.message
    assert backend.cause(run) == Cause(
        kind=CauseKind.WORKER_LOST, who="worker", at=clock.now - timedelta(seconds=1)
    )
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
    for _ in range(2):
        ask(backend, stored)
    running, lost = begun(backend, clock), claimed(backend, clock)
    list(backend.write([Write(stored, None)]))

    backend.renew([running], now=clock.now, lease=1e6)
    backend.reap(clock.advance(LEASE + 1))
    assert StateType.CANCELLED is read(backend, lost.run.id).state.type
    assert backend.report(running, COMPLETED, clock.now)


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
    assert lines[-3:] == backend.logs(run.id, which=LogFilter(limit=3, is_newest=True))
    assert lines[4:6] == backend.logs(run.id, after=4, which=LogFilter(limit=2))
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
