"""Interruptible sleep between ticks."""

from __future__ import annotations

import os
import select
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

# Seconds. A write may be readable only a moment after its notification, so it is polled after such pauses.
_A_MOMENT = (0.001, 0.004, 0.016)


@dataclass
class Sleeper:
    """A sleep that a signal handler can interrupt."""

    _bell: tuple[int, int] | None = None
    _pauses: Iterator[float] = field(default_factory=lambda: iter(()))

    @contextmanager
    def can_be_woken(self) -> Iterator[None]:
        """Let *wake* have an effect, where sleeps can be long: on Linux."""
        self._bell = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else None
        try:
            yield
        finally:
            bell, self._bell = self._bell, None
            for descriptor in bell or ():
                os.close(descriptor)

    def wake(self) -> None:
        """End the current sleep, or else the next one. Safe in a signal handler."""
        if self._bell is not None:
            with suppress(BlockingIOError):  # a wake-up is pending
                os.write(self._bell[1], b"!")

    def sleep(self, seconds: float, *, reports: Collection[int], writes: Collection[int]) -> None:
        """Sleep for *seconds*, or until one of the descriptors is readable.

        *reports* are those of runs. After one of *writes* was readable, the next sleeps are short.
        """
        poll = select.poll()
        for descriptor in (*reports, *writes, *(self._bell or ())[:1]):
            poll.register(descriptor, select.POLLIN)
        pause = min(next(self._pauses, seconds), seconds)
        readable = {descriptor for descriptor, _ in poll.poll(max(pause, 0) * 1000)}
        if not readable.isdisjoint(writes):
            self._pauses = iter(_A_MOMENT)
        if self._bell is not None and self._bell[0] in readable:
            os.read(self._bell[0], 1024)
