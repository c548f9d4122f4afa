"""A thread-safe cache that computes each value once."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """A cache that calls *make* once for each key, and keeps its result or exception."""

    def __init__(self, make: Callable[[Key], Value]) -> None:
        self._make = make
        self._made: dict[Key, Value | Exception] = {}
        self._lock = RLock()

    def __call__(self, key: Key) -> Value:
        with self._lock:
            if key not in self._made:
                try:
                    self._made[key] = self._make(key)
                except Exception as error:  # noqa: BLE001  # raised for whoever asks
                    self._made[key] = error
        made = self._made[key]
        if isinstance(made, Exception):
            raise made.with_traceback(None)
        return made

    @property
    def keys(self) -> frozenset[Key]:
        """The requested keys."""
        with self._lock:
            return frozenset(self._made)
