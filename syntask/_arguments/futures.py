"""Futures: submitted task runs, to wait for them and to get their results."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from syntask._runs.states import State, result_of

if TYPE_CHECKING:
    from uuid import UUID

    from syntask._runs.run import TaskRun

R = TypeVar("R")


class Future(Generic[R]):
    """A submitted task run."""

    def __init__(self, task_run: TaskRun) -> None:
        self._task_run = task_run
        self._final: State[R] | None = None
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._execute_here: Callable[[], None] | None = None
        self._callbacks: list[Callable[[Future[R]], None]] = []

    @property
    def task_run_id(self) -> UUID:
        return self._task_run.id

    @property
    def state(self) -> State[R]:
        """The current state of the task run."""
        return self._final or self._task_run.state

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the task run ends, at most *timeout* seconds."""
        if timeout is None:
            self.help()
        self._ended.wait(timeout)

    def wait_for_state(self) -> State[R]:
        """Wait until the task run ends, and return its final state."""
        self.wait()
        return self.state

    def help(self) -> None:
        """Execute the task run in this thread if it is queued behind this thread."""
        if self._execute_here is not None:
            self._execute_here()

    def may_execute_here(self, execute: Callable[[], None]) -> None:
        """Set *execute*, which a waiting thread calls to execute the task run unless it has started."""
        self._execute_here = execute

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> R:
        """Wait until the task run ends, and return its result.

        Raises the exception of a failed run, or returns it unless *raise_on_failure*. Raises TimeoutError if
        the run has not ended after *timeout* seconds.
        """
        self.wait(timeout)
        if not self.has_ended:
            raise TimeoutError(
                f"The task run `{self._task_run.name}` did not end within {timeout:g} seconds."
            )
        result: R = result_of(self.state, raise_on_failure)
        return result

    def add_done_callback(self, function: Callable[[Future[R]], None]) -> None:
        """Call *function* with this future when the task run ends, or immediately if it has ended."""
        with self._lock:
            if not self._ended.is_set():
                self._callbacks.append(function)
                return
        function(self)

    def end(self, state: State[R]) -> None:
        """End the task run in *state*."""
        with self._lock:
            self._final = state
            self._ended.set()
            callbacks, self._callbacks = self._callbacks, []
        for each in callbacks:
            each(self)

    @property
    def has_ended(self) -> bool:
        return self._ended.is_set()

    def __repr__(self) -> str:
        return f"Future({self._task_run.name!r}, {self.state})"


class FutureList(list[Future[R]]):
    """The futures of `map`."""

    def wait(self, timeout: float | None = None) -> None:
        """Wait until all have ended, at most *timeout* seconds."""
        wait(self, timeout)

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> list[R]:
        """Return the results in the order of the futures. A failure is raised immediately.

        Raises TimeoutError if not all have ended after *timeout* seconds.
        """
        for future in as_completed(self, timeout):
            future.result(raise_on_failure=raise_on_failure)
        return [future.result(raise_on_failure=raise_on_failure) for future in self]


class DoneAndNotDone(NamedTuple):
    """The futures that have ended, and the others."""

    done: set[Future[Any]]
    not_done: set[Future[Any]]


def wait(futures: Sequence[Future[Any]], timeout: float | None = None) -> DoneAndNotDone:
    """Wait for the end of all *futures*, or for *timeout* seconds. Raises ValueError if that is negative."""
    until = _deadline(timeout)
    for future in set(futures):
        future.wait(None if until is None else max(0.0, until - time.monotonic()))
    done = {future for future in futures if future.has_ended}
    return DoneAndNotDone(done, set(futures) - done)


def as_completed(futures: Sequence[Future[R]], timeout: float | None = None) -> Iterator[Future[R]]:
    """Yield each future when it ends. Raises TimeoutError if not all have after *timeout* seconds."""
    until = _deadline(timeout)
    pending = dict.fromkeys(futures)
    ended: list[Future[R]] = []
    bell = threading.Semaphore(0)

    def keep(future: Future[R]) -> None:
        ended.append(future)
        bell.release()

    for future in pending:
        future.add_done_callback(keep)
    for future in pending if until is None else ():
        future.help()
    for number in range(len(pending)):
        left = None if until is None else max(0.0, until - time.monotonic())
        if not bell.acquire(timeout=left):
            raise TimeoutError(f"{len(pending) - number} of {len(pending)} task runs have not ended.")
        yield ended[number]


def _deadline(timeout: float | None) -> float | None:
    if timeout is not None and timeout < 0:
        raise ValueError(f"`timeout` is {timeout}; it must not be negative.")
    return None if timeout is None else time.monotonic() + timeout
