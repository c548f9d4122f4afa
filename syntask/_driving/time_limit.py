"""Time limits for code: by a signal in the main thread, by an asynchronous exception in other threads.

The exception is raised between two bytecode instructions, after a blocking call has returned.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, ClassVar, TypeVar

T = TypeVar("T")


# The iterations of a loop, in each of which Python checks for a pending exception.
_CHECKS = 100


class Expired(BaseException):
    """The time limit is over. A BaseException, so that user code does not catch it as an Exception."""


class TimedOut(Exception):
    """The error of `limited`. The caller replaces its message."""


def limited(seconds: float | None, function: Callable[[], T]) -> T:
    """Call *function*. Raises TimedOut if it takes more than *seconds*; None means no limit."""
    if seconds is None:
        return function()
    is_main = threading.current_thread() is threading.main_thread()
    limit = _Alarm(seconds) if is_main else _Watch(seconds)
    try:
        try:
            limit.start()
            value = function()
        finally:
            limit.disarm()  # no exception is raised after this line
        if not limit.is_over:
            return value
    except Expired:
        if not limit.is_over:  # raised by an enclosing limit
            raise
    except Exception:
        if not limit.is_over:
            raise
    finally:
        limit.stop()
    raise TimedOut


class _Alarm:
    """A limit in the main thread. All limits share one timer, which is set to the earliest.

    A previous timer and its handler are restored.
    """

    running: ClassVar[list[_Alarm]] = []
    handler: ClassVar[Any] = None
    timer: ClassVar[tuple[float, float]] = (0.0, 0.0)

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self.is_over = self.is_done = False

    def start(self) -> None:
        if not self.running:
            left, every = signal.setitimer(signal.ITIMER_REAL, 0)
            _Alarm.timer = (left and time.monotonic() + left, every)
            _Alarm.handler = signal.signal(signal.SIGALRM, _ring)
        self.running.append(self)
        _set_timer()

    def disarm(self) -> None:
        self.is_done = True

    def stop(self) -> None:
        """Remove this limit, and nested ones that were interrupted before they were removed."""
        if self in self.running:
            del self.running[self.running.index(self) :]
            _set_timer()
            if not self.running:
                signal.signal(signal.SIGALRM, _Alarm.handler or signal.SIG_DFL)
                until, every = _Alarm.timer
                signal.setitimer(signal.ITIMER_REAL, until and max(until - time.monotonic(), 1e-6), every)


def _waiting() -> list[_Alarm]:
    return [each for each in _Alarm.running if not each.is_over and not each.is_done]


def _set_timer() -> None:
    until = min((each.until for each in _waiting()), default=None)
    left = 0.0 if until is None else max(until - time.monotonic(), 1e-6)
    signal.setitimer(signal.ITIMER_REAL, left)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    now = time.monotonic()
    over = [each for each in _waiting() if each.until <= now]
    for each in over:
        each.is_over = True
    _set_timer()
    if over:
        raise Expired


class _Watch:
    """A limit in another thread, with its own exception class.

    The asynchronous exception has to be raised and caught: if it is cleared instead, Python 3.11 keeps
    checking for it, and hangs in the next traced function.
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._is_done = False
        self._lock = threading.Lock()
        self._thread = threading.get_ident()
        self.expired = type("Expired", (Expired,), {})
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True

    def start(self) -> None:
        self._timer.start()

    def disarm(self) -> None:
        with self._lock:
            self._is_done = True
        if self.is_over:
            with suppress(self.expired):  # a pending exception is raised here
                for _ in range(_CHECKS):
                    pass

    def stop(self) -> None:
        self._timer.cancel()

    def _ring(self) -> None:
        with self._lock:
            if not self._is_done:
                self.is_over = True
                _interrupt(self._thread, self.expired)


def _interrupt(thread: int, exception: type[BaseException]) -> None:
    """Raise *exception* asynchronously in *thread*."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(exception))
