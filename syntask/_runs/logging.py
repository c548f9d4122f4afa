"""Loggers of runs. Their records have attributes of the run: `task_run_id`, `flow_run_name` …"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from syntask._exceptions import MissingContextError
from syntask._runs.context import FlowRunContext, TaskRunContext, current_context

if TYPE_CHECKING:
    from syntask._runs.run import FlowRun, TaskRun

    Adapter = logging.LoggerAdapter[logging.Logger]
else:
    Adapter = logging.LoggerAdapter


_disabled = 0


class RunLogger(Adapter):
    """Adds the attributes of a run to records, besides those of the caller."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        return msg, {**kwargs, "extra": {**(self.extra or {}), **(kwargs.get("extra") or {})}}

    def getChild(self, suffix: str, extra: Mapping[str, Any] | None = None) -> RunLogger:  # noqa: N802
        """Return a child logger with the same attributes."""
        return RunLogger(self.logger.getChild(suffix), {**(self.extra or {}), **(extra or {})})


def get_run_logger(context: FlowRunContext | TaskRunContext | None = None, **kwargs: Any) -> RunLogger:
    """Return the logger of the current run. *kwargs* are added to its records.

    Raises MissingContextError outside of a run.
    """
    found = context or current_context()
    if _disabled:
        return RunLogger(_silent(), {})
    if found is None:
        raise MissingContextError("No run is active, so there is no log. Call this in a flow or a task.")
    return run_logger(found, **kwargs)


def _silent() -> logging.Logger:
    logger = logging.getLogger("syntask.null")
    logger.disabled = True
    return logger


def run_logger(context: FlowRunContext | TaskRunContext, **more: Any) -> RunLogger:
    """Return the logger of the run of *context*."""
    if isinstance(context, TaskRunContext):
        return task_logger(context.task_run, _flow_of(context), **more)
    return flow_logger(context.flow_run, **more)


def flow_logger(run: FlowRun, **more: Any) -> RunLogger:
    facts = {"flow_run_name": run.name, "flow_run_id": str(run.id), "flow_name": run.flow_name, **more}
    return RunLogger(get_logger("flow_runs"), facts)


def task_logger(run: TaskRun, flow: FlowRun | None, **more: Any) -> RunLogger:
    facts = {
        "task_run_id": str(run.id),
        "task_run_name": run.name,
        "task_name": run.task_name,
        "flow_run_id": None if flow is None else str(flow.id),
        "flow_run_name": None if flow is None else flow.name,
        "flow_name": None if flow is None else flow.flow_name,
    }
    return RunLogger(get_logger("task_runs"), {**facts, **more})


def _flow_of(context: TaskRunContext) -> FlowRun | None:
    flow = FlowRunContext.get()
    return flow.flow_run if flow is not None and flow.flow_run.id == context.task_run.flow_run_id else None


def get_logger(name: str | None = None) -> logging.Logger:
    """Return the logger `syntask`, or its child *name*."""
    root = logging.getLogger("syntask")
    if root.level == logging.NOTSET:
        root.setLevel(logging.INFO)
    if not root.hasHandlers():
        root.addHandler(_Console())
    return root if name is None else logging.getLogger(f"syntask.{name.removeprefix('syntask.')}")


@contextmanager
def disable_run_logger() -> Iterator[None]:
    """Let `get_run_logger` return a silent logger outside of a run, to test tasks."""
    global _disabled  # noqa: PLW0603  (tests are not concurrent)
    _disabled += 1
    try:
        yield
    finally:
        _disabled -= 1


class _Console(logging.Handler):
    """Writes records to standard error, in a script that does not configure logging."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(_Line("%(asctime)s | %(levelname)-7s | %(message)s", "%H:%M:%S"))

    def emit(self, record: logging.LogRecord) -> None:
        if len(logging.getLogger().handlers):  # the script has configured logging since
            return
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except Exception:  # noqa: BLE001  (logging must not raise)
            self.handleError(record)


class _Line(logging.Formatter):
    """Formats a record as a line that starts with its run."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        name = getattr(record, "task_run_name", None) or getattr(record, "flow_run_name", None)
        record.message = f"{name}: {record.message}" if name else record.message
        return super().formatMessage(record)
