"""What who follows a run is told: each change of its tasks and subflows, and how it ended."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from syntask import flow, task
from syntask._runs import root
from syntask._runs.states import Cancelled, Paused
from syntask._runs.tracking import ChildChange, RunInfo

ID = "12345678-1234-5678-1234-567812345678"


class Notes:
    """Keeps everything."""

    def __init__(self) -> None:
        self.run = RunInfo(ID, "calm-owl", "main", tags=("nightly",), deployment="daily", run_count=2)
        self.changes: list[ChildChange] = []
        self.ends: list[tuple[str, str, str]] = []
        self.names: list[str] = []

    def follow(self, change: ChildChange) -> None:
        self.changes.append(change)

    def rename(self, name: str) -> None:
        self.names.append(name)

    def end(self, state: str, state_name: str, message: str) -> None:
        self.ends.append((state, state_name, message))

    def of(self, name: str) -> list[str]:
        return [change.state_name for change in self.changes if change.of == name]


@pytest.fixture(name="notes")
def _notes() -> Iterator[Notes]:
    notes = Notes()
    root.enter(notes)
    yield notes
    root.enter(None)


@task
def double(number: int) -> int:
    return 2 * number


def test_the_run_is_the_one_that_was_entered(notes: Notes) -> None:
    from syntask.runtime import deployment, flow_run

    @flow
    def main() -> Any:
        return flow_run.id, flow_run.name, flow_run.run_count, flow_run.tags, deployment.name

    assert main() == (ID, "calm-owl", 2, ["nightly"], "daily")
    assert notes.ends == [("COMPLETED", "Completed", "")]
    assert notes.changes == []


def test_tasks_are_told_with_what_they_take(notes: Notes) -> None:
    @flow
    def main() -> int:
        first = double.submit(1)
        return double.submit(first).result()

    assert main() == 4
    assert notes.of("double") == ["Running", "Completed"] * 2
    ids = list(dict.fromkeys(change.id for change in notes.changes))
    upstream = {change.id: change.upstream for change in notes.changes}
    assert [upstream[each] for each in ids] == [(), (ids[0],)]
    assert {change.name for change in notes.changes} == {"double-000", "double-001"}
    assert {(change.kind, change.parent) for change in notes.changes} == {("task", None)}


def test_a_subflow_is_the_parent_of_its_tasks(notes: Notes) -> None:
    @flow
    def inner(depth: int) -> int:
        return double(depth) if depth == 0 else inner(depth - 1)

    @flow
    def main() -> int:
        return inner(2)

    main()
    flows = list(dict.fromkeys(change.id for change in notes.changes if change.kind == "flow"))
    parents = {change.id: change.parent for change in notes.changes}
    assert [parents[each] for each in flows] == [None, *flows[:2]]
    assert {change.parent for change in notes.changes if change.kind == "task"} == {flows[2]}
    assert notes.ends == [("COMPLETED", "Completed", "")]


def test_attempts_are_counted(notes: Notes) -> None:
    @task(retries=1, retry_delay_seconds=0.001)
    def never() -> None:
        raise ValueError("no")

    @flow
    def main() -> Any:
        return never(return_state=True)

    main(return_state=True)
    assert notes.of("never") == ["Running", "AwaitingRetry", "Retrying", "Failed"]
    assert [change.attempt for change in notes.changes] == [1, 1, 2, 2]
    assert notes.ends == [("FAILED", "Failed", "1/1 states failed.")]


def test_what_is_not_ready_is_told_once(notes: Notes) -> None:
    @task
    def fails() -> int:
        raise ValueError

    @flow
    def main() -> str:
        return double.submit(fails.submit()).wait_for_state().name

    assert main() == "NotReady"
    assert notes.of("double") == ["NotReady"]


def test_a_state_that_is_no_end(notes: Notes) -> None:
    @flow
    def main() -> Any:
        return Paused()

    assert main(return_state=True).is_paused()
    assert notes.ends == [("FAILED", "Failed", "The flow ended in the state Paused(), which is not final.")]


def test_a_subflow_is_told_with_what_it_takes(notes: Notes) -> None:
    @flow
    def inner(number: Any) -> Any:
        return number

    @flow
    def main() -> Any:
        return inner(double.submit(1))

    assert main() == 2
    (upstream,) = {change.upstream for change in notes.changes if change.kind == "flow"}
    assert upstream == tuple({change.id for change in notes.changes if change.kind == "task"})


def test_an_end_that_the_flow_chose(notes: Notes) -> None:
    @flow
    def main() -> Any:
        return Cancelled(message="nothing to do")

    main(return_state=True)
    assert notes.ends == [("CANCELLED", "Cancelled", "nothing to do")]


_FORKS = """
import os, sys
from syntask import flow, task
from syntask._runs import root
from syntask._runs.tracking import RunInfo

class Prints:
    run = RunInfo("12345678-1234-5678-1234-567812345678", "calm-owl", "main")
    def follow(self, change): os.write(1, f"{change.state_name}\\n".encode())
    def end(self, state, name, message): os.write(1, f"end {state}\\n".encode())

@task
def one(): pass

@flow
def main():
    if child := os.fork():
        os.waitpid(child, 0)
    one()

root.enter(Prints())
main()
"""


def test_a_forked_process_tells_nothing() -> None:
    """It is not the run, and the pipe or store of the run is not its own."""
    done = subprocess.run([sys.executable, "-c", _FORKS], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["Running", "Completed", "end COMPLETED"]


_ASKED_TO_END = """
import os, signal, time
from syntask import flow

@flow(on_crashed=[print])
def main():
    reader, writer = os.pipe()
    if child := os.fork():
        os.read(reader, 1)
        os.kill(child, signal.SIGTERM)
        return os.WTERMSIG(os.waitpid(child, 0)[1])
    try:
        os.write(writer, b"1")
        time.sleep(20)
    finally:
        os._exit(0)

print(main())
"""


def test_a_forked_process_can_be_asked_to_end() -> None:
    """It dies at once, as the workers of `multiprocessing` have to."""
    command = [sys.executable, "-c", _ASKED_TO_END]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"{signal.SIGTERM:d}\n", "")


_CANCELLED = """
import os, signal, threading
from syntask import flow, task
from syntask._runs import root
from syntask._runs.tracking import RunInfo

class Nobody:
    run = RunInfo("12345678-1234-5678-1234-567812345678", "calm-owl", "main")
    def follow(self, change): ...
    def end(self, state, name, message): ...

begun, may_end = threading.Event(), threading.Event()
ended = []

@task
def works():
    begun.set()
    may_end.wait(20)
    ended.append(1)

def tell(*_):
    print(ended)
    may_end.set()

@flow
def inner():
    works.submit()
    begun.wait()
    os.kill(os.getpid(), signal.SIGTERM)

@flow(on_cancellation=[tell])
def main():
    inner()

root.enter(Nobody())
main()
"""


def test_who_is_cancelled_is_told_while_tasks_go_on() -> None:
    """The worker kills the process soon after it asked it to end."""
    command = [sys.executable, "-c", _CANCELLED]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n"


def test_a_run_that_wants_another_name_gets_it(notes: Notes) -> None:
    """A subflow's is told with its changes."""

    @flow(flow_run_name="part-{number}")
    def part(number: int) -> None:
        pass

    @flow(flow_run_name="whole-{number}")
    def whole(number: int) -> None:
        part(number + 1)

    whole(1)
    assert notes.names == ["whole-1"]
    assert {change.name for change in notes.changes} == {"part-2"}


_WAITS = """
import time
from syntask import flow, task

@task
def goes_on():
    print("begun", flush=True)
    time.sleep(600)

@flow
def main():
    goes_on.submit().wait()

main()
"""


def test_who_interrupts_a_flow_learns_what_it_waits_for() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WAITS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as script:
        assert script.stdout is not None
        assert script.stderr is not None
        assert script.stdout.readline() == "begun\n"
        script.send_signal(signal.SIGINT)
        said = script.stderr.readline()
        script.kill()

    assert "Interrupted. Waiting for task runs in progress" in said
