"""Limits inside of limits, in every thread; and nothing is left of them."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from syntask._driving.time_limit import Expired, TimedOut, limited


def _sleep(seconds: float) -> None:
    """In steps, as a thread is interrupted between two of them."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.005)


def in_main(function: Callable[[], Any]) -> Any:
    return function()


def in_thread(function: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


PLACES = pytest.mark.parametrize("call", [in_main, in_thread])


@PLACES
def test_the_outer_limit_passes_through_the_inner_one(call: Callable[..., Any]) -> None:
    seen = []

    def inner() -> None:
        try:
            limited(60, lambda: _sleep(60))
        except Exception:  # noqa: BLE001  (nothing that the user catches)
            seen.append("stopped by a handler")
        except Expired:
            seen.append("passed")
            raise

    def outer() -> None:
        with pytest.raises(TimedOut):
            limited(0.02, inner)

    call(outer)
    assert seen == ["passed"]


@PLACES
def test_the_inner_limit_leaves_the_outer_one(call: Callable[..., Any]) -> None:
    seen = []

    def inner() -> None:
        with pytest.raises(TimedOut):
            limited(0.01, lambda: _sleep(60))
        seen.append("inner")
        _sleep(60)

    def outer() -> None:
        with pytest.raises(TimedOut):
            limited(0.1, inner)
        seen.append("outer")

    call(outer)
    assert seen == ["inner", "outer"]


@PLACES
def test_what_is_in_time_is_not_touched(call: Callable[..., Any]) -> None:
    def raises() -> None:
        raise KeyError

    def all_of_them() -> int:
        with pytest.raises(KeyError):
            limited(60, raises)
        return sum(limited(60, lambda: limited(None, lambda: 1)) for _ in range(50))

    assert call(all_of_them) == 50


@PLACES
def test_who_ends_at_the_limit_is_in_time_or_not(call: Callable[..., Any]) -> None:
    """There is no third way, and nothing comes later."""

    def ends_at(moment: float) -> None:
        while time.perf_counter() < moment:
            pass

    def many() -> int:
        for _ in range(300):
            with suppress(TimedOut):
                limited(0.0005, lambda: ends_at(time.perf_counter() + 0.00049))
        return 300

    before = signal.getsignal(signal.SIGALRM)
    assert call(many) == 300
    assert signal.getsignal(signal.SIGALRM) is before


def test_the_timer_of_the_user_comes_back() -> None:
    def mine(_number: int, _frame: object) -> None: ...

    timer = signal.setitimer(signal.ITIMER_REAL, 1000, 5)
    before = signal.signal(signal.SIGALRM, mine)
    try:
        with pytest.raises(TimedOut):
            limited(0.01, lambda: time.sleep(60))
        assert signal.getsignal(signal.SIGALRM) is mine
        left, every = signal.getitimer(signal.ITIMER_REAL)
        assert (900 < left < 1000, every) == (True, 5)
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *timer)


_TRACED = """
import sys, threading, time
from contextlib import suppress
from syntask._driving.time_limit import TimedOut, limited

def spin():
    until = time.monotonic() + 0.05
    while time.monotonic() < until:
        pass

def expire():
    for seconds in [0.001] * 20 + [0.0500 + number / 5000 for number in range(-20, 20)]:
        with suppress(TimedOut):
            limited(seconds, spin)

thread = threading.Thread(target=expire)
thread.start()
thread.join()
sys.settrace(lambda *_: None)
print(sorted(map(abs, [-2, 1])))
"""


def test_a_limit_in_a_thread_does_not_hang_what_is_traced_later() -> None:
    """Also where the time is over just when the code ends."""
    done = subprocess.run(
        [sys.executable, "-c", _TRACED], capture_output=True, text=True, timeout=120, check=True
    )

    assert done.stdout == "[1, 2]\n"
