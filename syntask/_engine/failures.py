"""What made a run fail, as its log shows it."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import Any

from syntask._engine.outcome import shown
from syntask._runs.states import State

_SEEN = "__syntask_seen__"

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def cause(state: State[Any]) -> str:
    """Return what made a run fail, in a line."""
    if not isinstance(state.data, BaseException):
        return f"the state {state}"
    try:
        return repr(state.data)
    except Exception:  # noqa: BLE001  (it is the user's code)
        return shown(state.data)


def traceback_of(state: State[Any]) -> ExcInfo | None:
    """Return the traceback of what was raised, from the user's code on; None for one that was shown before.

    What a task raises passes through all runs that it is part of, and each of them reports it.
    """
    error = state.data
    if not isinstance(error, BaseException):
        return None
    with suppress(Exception):  # some have no room for the mark, or attributes that raise
        if hasattr(error, _SEEN):
            return None
        setattr(error, _SEEN, True)
    frames = error.__traceback__
    while frames is not None and str(frames.tb_frame.f_globals.get("__name__")).startswith("syntask."):
        frames = frames.tb_next
    return type(error), error, frames
