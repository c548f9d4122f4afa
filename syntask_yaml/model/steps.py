"""Limit the steps of library code that has no limit of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")
_END = object()


class TooManySteps(Exception):
    """The code did not finish within its step limit."""


def within(steps: int, items: Iterator[T]) -> Iterator[T]:
    """Yield *items*. Raise TooManySteps when computing them has taken *steps* lines of Python.

    Lines are counted by tracing the thread, including those of libraries, so the same input takes the same
    number of steps on every machine.
    """
    trace = _counter(steps)
    while True:
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            item: Any = next(items, _END)
        finally:
            sys.settrace(before)
        if item is _END:
            return
        yield item


def _counter(left: int) -> Callable[[FrameType, str, Any], Any]:
    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left < 0:
                raise TooManySteps
        return trace

    return trace
