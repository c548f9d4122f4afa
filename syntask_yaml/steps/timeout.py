"""The `timeout` of a step."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from syntask_yaml.errors import NotFound, StepFailed
from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.step import Step
from syntask_yaml.steps.registry import find_step
from syntask_yaml.steps.signature import signature_of
from syntask_yaml.stopping import Deadline

TIMEOUT = "timeout"


def timeout_of(step: Step, inputs: Mapping[str, Any], root: Path) -> float | None:
    """Return the time limit of *step* in seconds; None without a limit.

    If a user's function has an input `timeout`, it gets the value, and has no limit. Raises StepFailed for
    a value that is not a number of seconds.
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
        raise StepFailed(
            f"The `timeout` of `{step.name}` is not a positive number of seconds: `{value}`.", hint=hint
        )
    return seconds


def is_own_input(step: Step, root: Path) -> bool:
    """Return whether `timeout` is an input of the step's function, and not its time limit."""
    if builtin_of(step.name) is not None:
        return False
    try:
        signature = signature_of(find_step(step.name), root)
    except NotFound:
        return False
    return signature is None or signature.is_open or TIMEOUT in signature.parameters


class TimePassed(BaseException):
    """The time limit of a step in this thread has passed. No `except Exception` of the step catches it."""


@contextmanager
def interrupting(stop: threading.Event) -> Iterator[None]:
    """Raise TimePassed in the body when *stop* is a deadline and passes.

    Only the main thread can be interrupted; in other threads, this has no effect.
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
