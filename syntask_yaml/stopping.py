"""Stop on a flag or at a deadline.

A flag cannot interrupt a wait for a queue, a future, a file lock or the streams of a process: the waiting
code checks it every `TICK`.
"""

from __future__ import annotations

import threading
from time import monotonic

# Seconds between two checks of a flag.
TICK = 0.1


class Deadline(threading.Event):
    """A flag that is set when *outer* is set, or after *seconds*."""

    def __init__(self, outer: threading.Event, seconds: float) -> None:
        super().__init__()
        self._outer = outer
        self.seconds = seconds
        self._end = monotonic() + seconds

    @property
    def has_passed(self) -> bool:
        """Whether the time has passed, rather than *outer* being set."""
        return monotonic() >= self._end and not self._outer.is_set()

    @property
    def left(self) -> float:
        """The remaining seconds."""
        return max(0.0, self._end - monotonic())

    def is_set(self) -> bool:
        return super().is_set() or self._outer.is_set() or monotonic() >= self._end

    def wait(self, timeout: float | None = None) -> bool:
        end = None if timeout is None else monotonic() + timeout
        while not self.is_set() and (end is None or monotonic() < end):
            left = TICK if end is None else min(TICK, end - monotonic())
            super().wait(max(0.0, min(left, self.left)))
        return self.is_set()
