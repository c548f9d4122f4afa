"""How many calls are under way at once: additive increase, multiplicative decrease (AIMD).

It begins with one, allows one more after some calls that went well, and halves when the server is too busy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Condition
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

# So many calls go well before one more is tried, and so many times more after the server was too busy.
_FIRST_PATIENCE, _LESS_EAGER, _MOST_PATIENCE = 4, 4, 1024


class AdaptiveLimit:
    """A limit on calls under way that follows what the server can take. Threads share one."""

    def __init__(self) -> None:
        self.limit = 1
        self._most = 1
        self._taken = 0
        self._calm = 0
        self._patience = _FIRST_PATIENCE
        self._changed = Condition()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a slot, and take it for a while."""
        with self._changed:
            self._changed.wait_for(lambda: self._taken < self.limit)
            self._taken += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._note_calm()
                self._changed.notify_all()

    def _note_calm(self) -> None:
        self._calm += 1
        if self._calm >= self._patience and self.limit < self._most:
            self.limit += 1
            self._calm = 0

    def decrease(self) -> None:
        """Note that the server was too busy."""
        with self._changed:
            self.limit = max(1, self.limit // 2)
            self._calm = 0
            self._patience = min(self._patience * _LESS_EAGER, _MOST_PATIENCE)

    def in_order(self, do: Callable[[_T], _R], items: Sequence[_T], *, most: int) -> Iterator[_R]:
        """What *do* makes of each item, in order, with up to *most* under way at once."""
        self._most = max(1, most)
        if self._most == 1 or len(items) < 2:
            yield from map(do, items)
            return

        def do_in_slot(item: _T) -> _R:
            with self.slot():
                return do(item)

        pool = ThreadPoolExecutor(self._most, thread_name_prefix="syntask-write")
        try:
            yield from pool.map(do_in_slot, items)
        finally:
            pool.shutdown(cancel_futures=True)
