"""The context of the current run. Threads of tasks and coroutines inherit it."""

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
    """A context of a run, current in a `with` block.

    *is_async*: the function of the run is a coroutine function.
    """

    _current: ClassVar[ContextVar[Any]]

    def __init__(self, *, parameters: Mapping[str, Any], log_prints: bool, persist_result: bool) -> None:
        self.parameters = parameters
        self.log_prints = log_prints
        self.persist_result = persist_result
        self.start_time = datetime.now(UTC)

    @classmethod
    def get(cls) -> Self | None:
        """Return the current context of this kind; None outside of one."""
        found: Self | None = cls._current.get()
        return found

    def __enter__(self) -> Self:
        self._token = self._current.set(self)
        return self

    def __exit__(self, *_raised: object) -> None:
        self._current.reset(self._token)


class FlowRunContext(RunContext):
    """The context of a flow run. *tracker* follows the root run, and so this one."""

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
        """The tracker of the run; None in a forked process."""
        return self._tracker if os.getpid() == self._process else None


class TaskRunContext(RunContext):
    """The context of a task run."""

    _current = ContextVar("syntask_task_run", default=None)

    def __init__(self, task: Task[..., Any], task_run: TaskRun, **common: Any) -> None:
        super().__init__(**common)
        self.task = task
        self.task_run = task_run

    @property
    def is_async(self) -> bool:
        return self.task.isasync


class TagsContext:
    """The tags for new runs."""

    _current: ContextVar[frozenset[str]] = ContextVar("syntask_tags", default=frozenset())

    def __init__(self, current_tags: frozenset[str]) -> None:
        self.current_tags = current_tags

    @classmethod
    def get(cls) -> TagsContext:
        return cls(cls._current.get())


@contextmanager
def tags(*new_tags: str) -> Iterator[set[str]]:
    """Add *new_tags* to the tags of runs that start in the `with` block."""
    all_tags = TagsContext._current.get() | frozenset(new_tags)
    token = TagsContext._current.set(all_tags)
    try:
        yield set(all_tags)
    finally:
        TagsContext._current.reset(token)


def get_run_context() -> FlowRunContext | TaskRunContext:
    """Return the context of the current task run, or else of the current flow run.

    Raises MissingContextError outside of a run.
    """
    found = current_context()
    if found is None:
        raise MissingContextError("No run is active. Call this in a flow or a task.")
    return found


def current_context() -> FlowRunContext | TaskRunContext | None:
    """Return the innermost context, such as a subflow in a task; None outside of a run."""
    flow, task = FlowRunContext.get(), TaskRunContext.get()
    if flow is not None and task is not None and flow.flow_run.id != task.task_run.flow_run_id:
        return flow
    return task or flow


def is_async() -> bool:
    """Return whether the current code is async: by the current run, or else by a running event loop."""
    if (context := current_context()) is not None:
        return context.is_async
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None
