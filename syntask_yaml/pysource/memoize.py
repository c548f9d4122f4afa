"""A value made once for each key, however many threads ask for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class _Slot(Generic[Value]):
    __slots__ = ("error", "is_made", "lock", "value")

    def __init__(self) -> None:
        self.lock = Lock()
        self.is_made = False
        self.error: Exception | None = None
        self.value: Value | None = None


class Memo(Generic[Key, Value]):
    """Calls *make* once for each key, and keeps what it returns or raises.

    Who asks for another key does not wait.
    """

    def __init__(self, make: Callable[[Key], Value]) -> None:
        self._make = make
        self._slots: dict[Key, _Slot[Value]] = {}

    def __call__(self, key: Key) -> Value:
        slot = self._slots.get(key) or self._slots.setdefault(key, _Slot())
        if not slot.is_made:
            self._fill(slot, key)
        if slot.error is not None:
            raise slot.error.with_traceback(None)
        return slot.value  # type: ignore[return-value]  # filled, and None only where *make* says so

    def _fill(self, slot: _Slot[Value], key: Key) -> None:
        with slot.lock:
            if slot.is_made:
                return
            try:
                slot.value = self._make(key)
            except Exception as error:  # noqa: BLE001  # raised again for whoever asks
                slot.error = error
            slot.is_made = True
