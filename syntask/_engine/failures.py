"""Descriptions of failures in the logs of runs."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import Any

from syntask._engine.outcome import shown
from syntask._runs.states import State

_SEEN = "__syntask_seen__"

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def cause(state: State[Any]) -> str:
    """Return the cause of a failure in one line."""
    if not isinstance(state.data, BaseException):
        return f"the state {state}"
    try:
        return repr(state.data)
    except Exception:  # noqa: BLE001  (user code)
        return shown(state.data)


def traceback_of(state: State[Any]) -> ExcInfo | None:
    """Return the traceback of a failure from the user's code on; None if it was already logged.

    An exception in a task passes through all its parent runs, and each of them reports it.
    """
    error = state.data
    if not isinstance(error, BaseException):
        return None
    with suppress(Exception):  # exceptions may not allow attributes
        if hasattr(error, _SEEN):
            return None
        setattr(error, _SEEN, True)
    frames = error.__traceback__
    while frames is not None and str(frames.tb_frame.f_globals.get("__name__")).startswith("syntask."):
        frames = frames.tb_next
    return type(error), error, frames
