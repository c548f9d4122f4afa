"""SIGTERM as an exception, so that a terminated run can report its end and call its hooks."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from syntask._exceptions import TerminationSignal


class Termination:
    """The handling of SIGTERM. *is_asked* is set when the signal arrives."""

    def __init__(self) -> None:
        self.is_asked = False
        self._process = os.getpid()

    @contextmanager
    def raised(self) -> Iterator[None]:
        """Raise TerminationSignal in the `with` block on SIGTERM, unless the signal has another handler."""
        if not _is_free():
            yield
            return
        signal.signal(signal.SIGTERM, self._ring)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def _ring(self, number: int, _frame: FrameType | None) -> None:
        if os.getpid() != self._process:  # a forked process has the default behavior
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
            return
        self.is_asked = True
        raise TerminationSignal(number)


def _is_free() -> bool:
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
