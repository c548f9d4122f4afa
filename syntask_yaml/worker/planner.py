"""Creation of scheduled runs in a thread, because a recurrence rule can be slow."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from syntask_yaml.backend.clock import has_passed
from syntask_yaml.backend.queue import RunQueue
from syntask_yaml.backend.schedules import PassedTimes, passed_times
from syntask_yaml.worker.events import Notify, TimesPassed

# Seconds.
_EVERY = 5.0
# After a gap of so long, as when the machine slept, times may have passed.
_GAP = 60.0
# Seconds that a tick waits for the schedules; slow ones are awaited by later ticks.
_AT_ONCE = 0.05


@dataclass
class Planner:
    """A planner that creates coming runs, at intervals and when the store changes. It last *started* then.

    After a gap, it reports the times that passed without runs.
    """

    queue: RunQueue
    notify: Notify
    started: datetime | None = None
    _is_due: bool = False
    _planned: datetime | None = None
    _planning: Future[Sequence[PassedTimes]] | None = None
    _thread: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, max_workers=1))

    @property
    def is_idle(self) -> bool:
        return self._planning is None

    def tick(self, now: datetime, *, has_changed: bool) -> bool:
        """Plan if that is due at *now*; return whether runs may have become due. Raises BackendError."""
        is_due = has_changed or has_passed(self.started, _EVERY, now)
        self._is_due |= is_due
        if self._planning is None and self._is_due:
            self._planning, self._is_due, self.started = self._thread.submit(self._plan, now), False, now
        if self._planning is None or not wait([self._planning], timeout=_AT_ONCE).done:
            return is_due
        planned, self._planning = self._planning, None
        self._is_due |= planned.exception() is not None
        if passed := planned.result():
            self.notify(TimesPassed(tuple(passed)))
        return True

    def _plan(self, now: datetime) -> Sequence[PassedTimes]:
        behind = self.queue.schedules_behind(now) if has_passed(self._planned, _GAP, now) else ()
        self.queue.schedule(now)  # before `passed_times`, which is slower
        self._planned = now
        return passed_times(behind, now)

    def close(self) -> None:
        """Start no more; work in progress is not awaited."""
        self._thread.shutdown(wait=False, cancel_futures=True)
