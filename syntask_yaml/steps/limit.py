"""How long a step may take: `timeout`, which every step may have."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from syntask_yaml.errors import NotFound, StepFailed
from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.step import Step
from syntask_yaml.steps.registry import find_step
from syntask_yaml.steps.signature import signature_of

TIMEOUT = "timeout"

_TICK = 0.1


def timeout_of(step: Step, inputs: Mapping[str, Any], root: Path) -> float | None:
    """The seconds that *step* may take; None if nothing is said.

    A function of the user's that has an input `timeout` itself is given it, and not limited. Raises
    StepFailed for what is no number of seconds.
    """
    value = inputs.get(TIMEOUT)
    if value is None or is_own_input(step, root):
        return None
    try:
        seconds = float(value) if not isinstance(value, bool) else 0.0
    except (TypeError, ValueError):
        seconds = 0.0
    if not seconds > 0:
        hint = "Write it in seconds, such as `timeout: 600`."
        raise StepFailed(f"The `timeout` of `{step.name}` is no time: `{value}`.", hint=hint)
    return seconds


def is_own_input(step: Step, root: Path) -> bool:
    """Whether `timeout` is an input of the step's function, rather than the limit of the step."""
    if builtin_of(step.name) is not None:
        return False
    try:
        signature = signature_of(find_step(step.name), root)
    except NotFound:
        return False
    return signature is None or signature.is_open or TIMEOUT in signature.parameters


class Deadline(threading.Event):
    """A flag that is set when *outer* is, or once *seconds* have passed."""

    def __init__(self, outer: threading.Event, seconds: float) -> None:
        super().__init__()
        self._outer = outer
        self.seconds = seconds
        self._end = monotonic() + seconds

    @property
    def has_passed(self) -> bool:
        """Whether the time is what is over, and not the whole command."""
        return monotonic() >= self._end and not self._outer.is_set()

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return max(0.0, self._end - monotonic())

    def is_set(self) -> bool:
        return super().is_set() or self._outer.is_set() or monotonic() >= self._end

    def wait(self, timeout: float | None = None) -> bool:
        end = None if timeout is None else monotonic() + timeout
        while not self.is_set() and (end is None or monotonic() < end):
            left = _TICK if end is None else min(_TICK, end - monotonic())
            super().wait(max(0.0, min(left, self.left)))
        return self.is_set()


class TimePassed(BaseException):
    """The time of a step that runs in this thread is over. No `except Exception` of the step stops it."""


@contextmanager
def interrupting(stop: threading.Event) -> Iterator[None]:
    """Raise TimePassed in what runs inside, when *stop* is a deadline and passes.

    Only what runs in the main thread can be interrupted; nothing happens in others.
    """
    if not isinstance(stop, Deadline) or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: object) -> None:
        raise TimePassed

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(0.001, stop.left))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
