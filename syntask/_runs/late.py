"""Functions whose modules are slow to import, loaded on first use."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from syntask._runs.context import FlowRunContext, TaskRunContext
    from syntask._runs.logging import RunLogger


def get_run_logger(context: FlowRunContext | TaskRunContext | None = None, **kwargs: Any) -> RunLogger:
    """Return the logger of the current run. *kwargs* are added to its records.

    Raises MissingContextError outside of a run.
    """
    from syntask._runs import logging

    return logging.get_run_logger(context, **kwargs)
