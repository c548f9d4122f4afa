"""The executor of submitted tasks, based on threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any

from syntask._arguments.futures import Future, FutureList
from syntask._driving.launch import complete
from syntask._engine.outcome import crash
from syntask._runs.settings import setting

if TYPE_CHECKING:
    import concurrent.futures
    from concurrent.futures import ThreadPoolExecutor
    from types import TracebackType
    from typing import Self

    from syntask._definitions.task import Task
    from syntask._engine.execution import Execution

_CANCELLED = "The flow run ended before the task run began."


class ThreadPoolTaskRunner:
    """Executes tasks in at most *max_workers* threads, by default in as many as there are tasks."""

    def __init__(self, max_workers: int | None = None) -> None:
        if max_workers is None and (given := setting("TASKS_RUNNER_THREAD_POOL_MAX_WORKERS")):
            max_workers = int(given)
        self._max_workers = max_workers
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._is_short = max_workers is not None

    def duplicate(self) -> Self:
        """Return a new runner with the same options."""
        return type(self)(self._max_workers)

    def submit(
        self,
        task: Task[..., Any],
        parameters: Mapping[str, Any],
        wait_for: Any = None,
        dependencies: tuple[str, ...] = (),
    ) -> Future[Any]:
        """Execute *task* in a thread. *dependencies* are ids of additional upstream task runs."""
        from syntask._engine.task_execution import TaskExecution

        execution = TaskExecution(task, parameters, wait_for, upstream=dependencies)
        future: Future[Any] = Future(execution.run)
        work = partial(copy_context().run, self._execute, execution, future)
        queued = self._queue(work)
        if self._is_short:
            future.may_execute_here(partial(self._help, queued, work))
        return future

    def map(
        self, task: Task[..., Any], parameters: Mapping[str, Any], wait_for: Any = None
    ) -> FutureList[Any]:
        """Submit *task* for each item of its parameters.

        Raises MappingLengthMismatch, MappingMissingIterable.
        """
        from syntask._arguments.mapping import calls_of

        calls, upstream = calls_of(task, parameters)
        return FutureList([self.submit(task, each, wait_for, upstream) for each in calls])

    def _queue(self, work: Callable[[], None]) -> concurrent.futures.Future[None]:
        with self._lock:  # a closed pool would reject it
            if self._pool is None:
                from concurrent.futures import ThreadPoolExecutor

                self._pool = ThreadPoolExecutor(self._max_workers or _UNLIMITED, "syntask-task")
            queued = _Queued(work)
            try:
                return self._pool.submit(queued)
            except RuntimeError as error:  # no thread could be started
                queued.work, self._is_short = None, True
                raise RuntimeError(
                    f"Cannot start a thread for a task run: {error}. "
                    "Set `max_workers` of the flow's `ThreadPoolTaskRunner`."
                ) from error

    def _help(self, queued: concurrent.futures.Future[None], work: Callable[[], None]) -> None:
        """Execute *work* in this thread if it is one of this runner and the work has not started.

        Otherwise, a task that waits for a task that it submitted would block the thread which that needs.
        """
        if getattr(_thread, "runner", None) is self and queued.cancel():
            work()

    def _execute(self, execution: Execution, future: Future[Any]) -> None:
        _thread.runner = self
        try:
            if self._is_cancelled:
                execution.cancel(_CANCELLED)
            else:
                complete(execution)
        except BaseException as error:  # noqa: BLE001  (reported by the future)
            if not execution.run.state.is_final():
                execution.run.state = crash(error)
        future.end(execution.run.state)

    @property
    def is_started(self) -> bool:
        """Whether a task was submitted since the runner was created or closed."""
        return self._pool is not None

    def close(self, *, cancel: bool = False, wait: bool = True) -> None:
        """Wait until all tasks have ended, if *wait*. With *cancel*, queued tasks are cancelled.

        Running tasks can still submit others, which get a new pool.
        """
        while (pool := self._taken()) is not None:
            self._is_cancelled = cancel
            pool.shutdown(wait=wait)

    def _taken(self) -> ThreadPoolExecutor | None:
        with self._lock:
            pool, self._pool = self._pool, None
            return pool

    def __enter__(self) -> Self:
        self._is_cancelled = False
        return self

    def __exit__(
        self,
        type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close(cancel=type is not None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ThreadPoolTaskRunner) and self._max_workers == other._max_workers

    def __hash__(self) -> int:
        return hash((type(self), self._max_workers))

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[int | None]]:
        return self.__class__, (self._max_workers,)


class _Queued:
    """Queued work. If no thread can be started, the pool keeps it, and it is emptied."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.work: Callable[[], None] | None = work

    def __call__(self) -> None:
        if self.work is not None:
            self.work()


# The runner of each thread.
_thread = threading.local()
# Unlimited: a pool starts a thread only if none is idle.
_UNLIMITED = 1_000_000
ConcurrentTaskRunner = ThreadPoolTaskRunner
