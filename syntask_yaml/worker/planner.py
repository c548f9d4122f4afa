"""Planning the runs of schedules, in a thread: a recurrence rule can take long."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from syntask_yaml.backend.clock import has_passed

# Seconds.
_EVERY = 5.0
# How long a tick waits for the schedules; slow ones are awaited by later ticks.
_AT_ONCE = 0.05


@dataclass
class Planner:
    """Calls *plan* at intervals, and when the store has changed. *started* is when it last did."""

    plan: Callable[[datetime], int]
    started: datetime | None = None
    _is_due: bool = False
    _planning: Future[int] | None = None
    _thread: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, max_workers=1))

    @property
    def is_idle(self) -> bool:
        return self._planning is None

    def tick(self, now: datetime, *, has_changed: bool) -> bool:
        """Plan if that is due at *now*; whether runs may have become due. Raises what *plan* raises."""
        is_due = has_changed or has_passed(self.started, _EVERY, now)
        self._is_due |= is_due
        if self._planning is None and self._is_due:
            self._planning, self._is_due, self.started = self._thread.submit(self.plan, now), False, now
        if self._planning is None or not wait([self._planning], timeout=_AT_ONCE).done:
            return is_due
        planned, self._planning = self._planning, None
        self._is_due |= planned.exception() is not None
        planned.result()
        return True

    def close(self) -> None:
        """Start no more; what goes on is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)
