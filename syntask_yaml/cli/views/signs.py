"""Symbols for states and bars, with ASCII alternatives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syntask_yaml.model.run import StateType


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters for states and bars.

    *levels* are ordered by height; *edge* surrounds the bars, *unread* marks unknown slots, and *now* the
    current time.
    """

    states: Mapping[StateType, str]
    other: str
    levels: str
    edge: str
    unread: str
    now: str


_DRAWN = Signs(
    {
        StateType.COMPLETED: "✓",
        StateType.FAILED: "✗",
        StateType.CRASHED: "✗",
        StateType.CANCELLED: "⊘",
        StateType.RUNNING: "▸",
    },
    "·",
    "▁▂▃▄▅▆▇█",
    "│",
    "┄",
    "▼",
)
_TYPED = Signs(
    {
        StateType.COMPLETED: "+",
        StateType.FAILED: "x",
        StateType.CRASHED: "x",
        StateType.CANCELLED: "/",
        StateType.RUNNING: ">",
    },
    ".",
    ".:-=+*%#",
    "|",
    "?",
    "v",
)


def signs_of(encoding: str | None) -> Signs:
    """Return the symbols that *encoding* supports."""
    try:
        "▁✓⊘▸│▼".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return _TYPED
    return _DRAWN
