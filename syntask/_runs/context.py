"""The run that the current code is part of. Threads of tasks and coroutines inherit it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from syntask._exceptions import MissingContextError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Self

    from syntask._definitions.flow import Flow
    from syntask._definitions.task import Task
    from syntask._engine.task_runners import ThreadPoolTaskRunner
    from syntask._runs.run import FlowRun, TaskRun
    from syntask._runs.tracking import Tracker


class RunContext:
    """What code of a run can ask for. In a `with` block it is the current context of its kind.

    *is_async*: the run's function is a coroutine.
    """

    _current: ClassVar[ContextVar[Any]]

    def __init__(self, *, parameters: Mapping[str, Any], log_prints: bool, persist_result: bool) -> None:
        self.parameters = parameters
        self.log_prints = log_prints
        self.persist_result = persist_result
        self.start_time = datetime.now(UTC)

    @classmethod
    def get(cls) -> Self | None:
        """Return the context of this kind that the current code is in; None outside of one."""
        found: Self | None = cls._current.get()
        return found

    def __enter__(self) -> Self:
        self._token = self._current.set(self)
        return self

    def __exit__(self, *_raised: object) -> None:
        self._current.reset(self._token)


class FlowRunContext(RunContext):
    """Inside a flow run. *tracker* follows the root run, and so this one."""

    _current = ContextVar("syntask_flow_run", default=None)

    def __init__(
        self,
        flow: Flow[..., Any],
        flow_run: FlowRun,
        task_runner: ThreadPoolTaskRunner,
        tracker: Tracker | None,
        **common: Any,
    ) -> None:
        super().__init__(**common)
        self.flow = flow
        self.flow_run = flow_run
        self.task_runner = task_runner
        self._tracker = tracker
        self._process = os.getpid()

    @property
    def is_async(self) -> bool:
        return self.flow.isasync

    @property
    def tracker(self) -> Tracker | None:
        """Who follows the run; nobody in a process that was forked from that of the run."""
        return self._tracker if os.getpid() == self._process else None


class TaskRunContext(RunContext):
    """Inside a task run."""

    _current = ContextVar("syntask_task_run", default=None)

    def __init__(self, task: Task[..., Any], task_run: TaskRun, **common: Any) -> None:
        super().__init__(**common)
        self.task = task
        self.task_run = task_run

    @property
    def is_async(self) -> bool:
        return self.task.isasync


class TagsContext:
    """The tags that runs which begin now get."""

    _current: ContextVar[frozenset[str]] = ContextVar("syntask_tags", default=frozenset())

    def __init__(self, current_tags: frozenset[str]) -> None:
        self.current_tags = current_tags

    @classmethod
    def get(cls) -> TagsContext:
        return cls(cls._current.get())


@contextmanager
def tags(*new_tags: str) -> Iterator[set[str]]:
    """Runs that begin in this block get *new_tags*, and those of the blocks around it."""
    all_tags = TagsContext._current.get() | frozenset(new_tags)
    token = TagsContext._current.set(all_tags)
    try:
        yield set(all_tags)
    finally:
        TagsContext._current.reset(token)


def get_run_context() -> FlowRunContext | TaskRunContext:
    """Return the context of the task run, or else the flow run, that the current code is part of.

    Raises MissingContextError outside of a run.
    """
    found = current_context()
    if found is None:
        raise MissingContextError("No run is active. Call this in a flow or a task.")
    return found


def current_context() -> FlowRunContext | TaskRunContext | None:
    """Return the innermost context, a subflow of a task inside of that task's; None outside of a run."""
    flow, task = FlowRunContext.get(), TaskRunContext.get()
    if flow is not None and task is not None and flow.flow_run.id != task.task_run.flow_run_id:
        return flow
    return task or flow


def is_async() -> bool:
    """Return whether the current code is a coroutine's: that of a run, or else of a running event loop."""
    if (context := current_context()) is not None:
        return context.is_async
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None
