"""Runs of tasks: attempts, names, hooks, and what their callers get."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from syntask import allow_failure, flow, get_run_logger, task, unmapped
from syntask._engine.task_runners import ThreadPoolTaskRunner
from syntask._exceptions import MappingLengthMismatch, MappingMissingIterable, TaskRunTimeoutError
from syntask._runs.context import FlowRunContext
from syntask.utilities.annotations import quote


@task
def double(number: int) -> int:
    return 2 * number


@task
def fails(number: int = 0) -> int:
    raise ValueError(f"no {number}")


def test_a_task_can_be_called_outside_of_a_flow() -> None:
    assert double(2) == 4
    with pytest.raises(ValueError, match="no 1"):
        fails(1)
    with pytest.raises(RuntimeError, match="outside of a flow"):
        double.submit(2)


def test_delays_are_in_turn_and_the_last_one_stays() -> None:
    slept: list[float] = []

    @task(retries=3, retry_delay_seconds=[0.001, 0.002])
    def never() -> None:
        slept.append(time.monotonic())
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  (it says nothing)
        never()
    first, second, third = (b - a for a, b in pairwise(slept))
    assert first >= 0.001
    assert min(second, third) >= 0.002


def test_a_condition_decides_about_another_attempt() -> None:
    attempts: list[str] = []

    def is_worth_it(_task: object, run: Any, state: Any) -> bool:
        attempts.append(f"{run.run_count} {state.name}")
        return bool(run.run_count < 2)

    state = fails.with_options(retries=5, retry_condition_fn=is_worth_it)(return_state=True)
    assert state.is_failed()
    assert attempts == ["1 Failed", "2 Failed"]


def test_hooks_see_the_run_and_one_that_raises_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []

    def note(_task: Any, run: Any, state: Any) -> None:
        seen.append(f"{run.name} {state.name}")

    def breaks(*_: object) -> None:
        raise RuntimeError("in the hook")

    @flow
    def main() -> int:
        named = double.with_options(task_run_name="twice-{number}", on_completion=[breaks, note])
        return named.with_options(on_running=[note])(3)

    assert main() == 6
    assert seen == ["twice-3 Running", "twice-3 Completed"]
    assert "The hook `breaks` failed" in caplog.text


@dataclass(frozen=True)
class Order:
    total: Any


class Pair(NamedTuple):
    left: Any
    right: Any


def test_futures_deep_inside_arrive_as_results() -> None:
    @task
    def takes(value: Any) -> Any:
        return value

    @flow
    def main() -> Any:
        two = double.submit(1)
        given = {"list": [two, (two, 5)], "order": Order([two]), "pair": Pair(two, {two.task_run_id})}
        found = takes.submit(given).result()
        return found["list"], found["order"].total, found["pair"].left

    assert main() == ([2, (2, 5)], [2], 2)


def test_a_value_without_futures_is_the_same_object() -> None:
    cycle: list[Any] = [1]
    cycle.append(cycle)

    @task
    def takes(value: Any) -> Any:
        return value

    assert takes(cycle) is cycle


def test_what_is_nested_too_deeply_can_be_quoted() -> None:
    deep: list[Any] = []
    for _ in range(sys.getrecursionlimit()):
        deep = [deep]

    @task
    def takes(value: Any) -> bool:
        return value is deep

    with pytest.raises(RecursionError, match=r"Wrap a value that is nested so deeply in `quote\(…\)`"):
        takes(deep)
    assert takes(quote(deep))


def test_a_task_whose_input_failed_does_not_begin() -> None:
    @flow
    def main() -> Any:
        failed = fails.submit()
        after = double.submit(failed)
        beside = double.submit(1, wait_for=[failed])
        kept = double.fn  # the function itself is still there
        caught = task(lambda error: f"{error}").submit(allow_failure(failed))
        after.wait()
        beside.wait()
        return [after.state.name, beside.state.name, kept(1), caught.result()]

    assert main() == ["NotReady", "NotReady", 2, "no 0"]


def test_mapping() -> None:
    @task
    def add(left: int, right: int = 1, *, more: int = 0) -> int:
        return left + right + more

    @flow
    def main() -> Any:
        numbers = task(lambda: [1, 2]).submit()
        return [
            add.map([1, 2, 3]).result(),
            add.map(numbers, right=unmapped(10)).result(),
            add.map([double.submit(1), 5], [1, 2], more=100).result(),
        ]

    assert main() == [[2, 3, 4], [11, 12], [103, 107]]

    @flow
    def odd(*args: Any) -> Any:
        return add.map(*args)

    with pytest.raises(MappingLengthMismatch, match="'left': 2, 'right': 3"):
        odd([1, 2], [1, 2, 3])
    with pytest.raises(MappingMissingIterable):
        odd(1, 2)


def test_threads_are_as_many_as_the_runner_may_have() -> None:
    names: set[str] = set()

    @task
    def notes(_number: int) -> None:
        names.add(threading.current_thread().name)

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=2))
    def main() -> None:
        notes.map(range(20))

    main()
    assert 1 <= len(names) <= 2


def test_a_task_that_waits_for_one_that_it_submitted_does_not_hold_its_thread() -> None:
    @task
    def down(number: int) -> int:
        return 0 if number == 0 else 1 + sum(down.map([number - 1]).result())

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=1))
    def main() -> int:
        return down.submit(5).result()

    assert main() == 5


def test_what_is_submitted_and_not_waited_for_still_runs() -> None:
    done: list[int] = []

    @task
    def slow(number: int) -> None:
        time.sleep(0.01)
        done.append(number)

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=1))
    def main() -> None:
        slow.map([1, 2, 3])

    main()
    assert done == [1, 2, 3]


@pytest.mark.parametrize("pause", [0.0, 0.01])
def test_what_a_task_submits_while_the_flow_ends_runs_too(pause: float) -> None:
    done: list[int] = []

    @task
    def chain(number: int) -> None:
        time.sleep(pause)
        done.append(number)
        if number:
            chain.submit(number - 1)

    @flow
    def main() -> None:
        chain.submit(3)

    main()
    assert done == [3, 2, 1, 0]


def test_what_has_not_begun_when_the_flow_fails_is_cancelled() -> None:
    futures: list[Any] = []
    gate = threading.Event()

    @task
    def waits() -> None:
        gate.wait()

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=1))
    def main() -> None:
        futures.extend([waits.submit(), waits.submit()])
        threading.Timer(0.02, gate.set).start()
        raise ValueError("early")

    with pytest.raises(ValueError, match="early"):
        main()
    first, second = futures
    assert first.state.is_completed()
    assert second.state.is_cancelled()
    assert second.state.message == "The flow run ended before the task run began."


@pytest.mark.parametrize("in_a_thread", [False, True], ids=["main", "thread"])
def test_a_time_limit_holds_in_every_thread(in_a_thread: bool) -> None:
    @task(timeout_seconds=0.02)
    def long() -> None:
        for _ in range(1000):
            time.sleep(0.01)

    @flow
    def main() -> Any:
        return long.submit().wait_for_state() if in_a_thread else long(return_state=True)

    state = main(return_state=True).data
    assert (state.type, state.name) == ("FAILED", "TimedOut")
    assert state.message == "The task exceeded its time limit of 0.02 seconds."
    assert isinstance(state.data, TaskRunTimeoutError)


def test_the_time_limit_of_the_flow_ends_its_task() -> None:
    states: list[str] = []

    @task(timeout_seconds=60, on_failure=[lambda *_: states.append("failed")])
    def long() -> None:
        time.sleep(60)

    @flow(timeout_seconds=0.02)
    def main() -> None:
        try:
            long()
        except Exception:  # noqa: BLE001  (nothing of a task stops the limit of its flow)
            states.append("caught")

    state = main(return_state=True)
    assert (state.name, states) == ("TimedOut", [])


def test_coroutines_run_side_by_side() -> None:
    order: list[str] = []

    @task
    async def waits(name: str, other: asyncio.Event, own: asyncio.Event) -> str:
        own.set()
        await other.wait()
        order.append(name)
        return name

    @flow
    async def main() -> Any:
        a, b = asyncio.Event(), asyncio.Event()
        return await asyncio.gather(waits("a", a, b), waits("b", b, a))

    assert asyncio.run(main()) == ["a", "b"]
    assert sorted(order) == ["a", "b"]


def test_a_coroutine_that_is_cancelled_crashes() -> None:
    ended: list[Any] = []

    @task
    async def forever() -> None:
        await asyncio.sleep(60)

    @flow(on_crashed=[lambda _flow, _run, state: ended.append(state.message)])
    async def main() -> None:
        await forever()

    async def cancelled() -> None:
        running = asyncio.ensure_future(main())
        await asyncio.sleep(0.01)
        running.cancel()
        await running

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert ended == ["The run was cancelled by the event loop that it is part of."]


def test_items_of_a_task() -> None:
    @task
    def counts() -> Iterator[int]:
        yield 1
        yield 2

    @flow
    def main() -> Any:
        return list(counts()), counts.submit().result()

    assert main() == ([1, 2], [1, 2])


def test_records_say_which_run_they_are_of(caplog: pytest.LogCaptureFixture) -> None:
    @task(log_prints=True, task_run_name="speaker")
    def speaks() -> None:
        get_run_logger().info("logged")
        print("printed", "twice", sep="-")

    @flow(flow_run_name="main-run")
    def main() -> None:
        speaks.submit().wait()

    with caplog.at_level(logging.INFO):
        main()
    said = {record.getMessage(): record for record in caplog.records}
    for text in ("logged", "printed-twice"):
        assert said[text].__dict__["task_run_name"] == "speaker"
        assert said[text].__dict__["flow_run_name"] == "main-run"
        assert said[text].levelno == logging.INFO


def test_an_exception_may_be_anything() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

        __repr__ = __str__

        def __reduce__(self) -> Any:
            raise TypeError("no pickle")

    @task(retries=1)
    def raises() -> None:
        raise Odd(threading.Lock())

    @flow
    def main() -> Any:
        return raises.submit().wait_for_state().message

    assert main() == "Task run encountered an exception: Odd: its message raises RuntimeError"


def test_what_a_task_submits_after_its_flow_failed_does_not_begin() -> None:
    """Nor does what waited for a thread before."""
    begun = threading.Event()
    ran: list[str] = []

    @task
    def other(name: str) -> None:
        ran.append(name)

    @task
    def submits() -> None:
        begun.set()
        context = FlowRunContext.get()
        assert context is not None
        while not context.task_runner._is_cancelled:
            time.sleep(0.001)
        other.submit("late")

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=1))
    def ends_early() -> None:
        submits.submit()
        other.submit("waiting")
        begun.wait()
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        ends_early()
    assert ran == []


def test_a_task_whose_input_failed_says_that_it_is_not_run(caplog: pytest.LogCaptureFixture) -> None:
    """A call of it returns None, as with Prefect, and a flow could go on with that unawares."""

    @flow
    def goes_on() -> object:
        future: Any = fails.submit()
        return [double(future)]

    with caplog.at_level(logging.WARNING, logger="syntask"):
        assert goes_on() == [None]
    assert any("The task is not run" in record.message for record in caplog.records)
