"""A limit to the time that code takes: by a signal in the main thread, by an exception that is put into
any other one. That takes effect between two lines of Python, so a call that blocks ends first.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, ClassVar


class Expired(BaseException):
    """The time of a limit is over. No `except Exception` of the code inside stops it."""


class TimedOut(Exception):
    """What `time_limit` raises; whoever set the limit says so in words of its own."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise TimedOut if the code inside takes more than *seconds*; None is no limit."""
    if seconds is None:
        yield
        return
    is_main = threading.current_thread() is threading.main_thread()
    limit = _Alarm(seconds) if is_main else _Watch(seconds)
    limit.start()
    try:
        yield
    except Expired:
        if not limit.is_over:  # that of a limit around this one
            raise
    except Exception:
        if not limit.is_over:
            raise
    finally:
        limit.stop()
    if limit.is_over:
        raise TimedOut


class _Alarm:
    """A limit in the main thread. All of them share the one timer, which rings for the soonest."""

    running: ClassVar[list[_Alarm]] = []
    handler: ClassVar[Any] = None

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self.is_over = False

    def start(self) -> None:
        if not self.running:
            _Alarm.handler = signal.signal(signal.SIGALRM, _ring)
        self.running.append(self)
        _set_timer()

    def stop(self) -> None:
        self.running.remove(self)
        _set_timer()
        if not self.running:
            signal.signal(signal.SIGALRM, _Alarm.handler or signal.SIG_DFL)


def _set_timer() -> None:
    until = min((each.until for each in _Alarm.running if not each.is_over), default=None)
    left = 0.0 if until is None else max(until - time.monotonic(), 1e-6)
    signal.setitimer(signal.ITIMER_REAL, left)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    now = time.monotonic()
    over = [each for each in _Alarm.running if each.until <= now and not each.is_over]
    for each in over:
        each.is_over = True
    _set_timer()
    if over:
        raise Expired


class _Watch:
    """A limit in another thread."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._is_stopped = False
        self._lock = threading.Lock()
        self._thread = threading.get_ident()
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._is_stopped = True
        if self.is_over:
            _interrupt(self._thread, None)  # not delivered yet, it would hit what comes after

    def _ring(self) -> None:
        with self._lock:
            if not self._is_stopped:
                self.is_over = True
                _interrupt(self._thread, Expired)


def _interrupt(thread: int, exception: type[BaseException] | None) -> None:
    """Have *exception* raised in *thread*; None takes back what was not raised yet."""
    import ctypes

    what = None if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), what)
