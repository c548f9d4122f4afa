"""Adaptive concurrency of requests: additive increase, multiplicative decrease (AIMD).

The limit starts at one, grows by one after some successful requests, and halves when the server is
overloaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Condition
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

# The number of successful requests before an increase, its factor after an overload, and its maximum.
_FIRST_PATIENCE, _PATIENCE_FACTOR, _MAX_PATIENCE = 4, 4, 1024


class AdaptiveLimit:
    """A limit on concurrent requests that adapts to the capacity of the server. Threads can share one."""

    def __init__(self) -> None:
        self.limit = 1
        self._most = 1
        self._taken = 0
        self._successes = 0
        self._patience = _FIRST_PATIENCE
        self._changed = Condition()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a slot, and hold it in the body."""
        with self._changed:
            self._changed.wait_for(lambda: self._taken < self.limit)
            self._taken += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._count_success()
                self._changed.notify_all()

    def _count_success(self) -> None:
        self._successes += 1
        if self._successes >= self._patience and self.limit < self._most:
            self.limit += 1
            self._successes = 0

    def decrease(self) -> None:
        """Halve the limit, because the server is overloaded."""
        with self._changed:
            self.limit = max(1, self.limit // 2)
            self._successes = 0
            self._patience = min(self._patience * _PATIENCE_FACTOR, _MAX_PATIENCE)

    def in_order(self, do: Callable[[_T], _R], items: Sequence[_T], *, most: int) -> Iterator[_R]:
        """Yield *do* of each item, in order, with at most *most* concurrent calls."""
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
