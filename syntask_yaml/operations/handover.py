"""Move schedules from one side to another, so that they are never active on both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syntask_yaml.backend.clock import Clock
from syntask_yaml.errors import BackendConflict
from syntask_yaml.operations.schedule_sides import Side

# A server's scheduler can still be writing runs when it is told to rest.
_TRIES = 10
_PAUSE = 0.5
# A server makes the first runs of what was resumed within so many seconds, or has none to make.
_UNTIL_BEGUN = 15.0
# Beyond the time of the last run that was taken: the next one is another one.
_MARGIN = timedelta(seconds=1)

# Waits for so many seconds.
Wait = Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Handover:
    """From one side to the other, with the clock and a way to *wait*."""

    source: Side
    target: Side
    clock: Clock
    wait: Wait

    def stop(self) -> None:
        """Stop the side that schedules, until nothing of it is to come.

        A run that is late may stay: what takes it finishes it. Raises BackendConflict where the server
        makes more again and again.
        """
        for _ in range(_TRIES):
            self.source.stop()
            now = self.clock()
            if not any(due > now for due in self.source.coming()):
                return
            self.wait(_PAUSE)
        raise BackendConflict(
            "Runs are still being scheduled, although the schedules are paused.",
            hint="Check whether something resumes them, then run the command again.",
        )

    def start(self) -> None:
        """Start the other side, once the times of runs that were taken ahead have passed."""
        now = self.clock()
        until = self.source.taken_until(now)
        if until is not None:
            self.wait((until - now + _MARGIN).total_seconds())
        self.target.start()

    def missed(self, coming: Sequence[datetime]) -> list[datetime]:
        """Return those of the times *coming* that have passed, and for which neither side has a run."""
        soon = self.clock() + timedelta(seconds=_UNTIL_BEGUN)
        if not any(due <= soon for due in coming):
            return []
        self._wait_until_begun(soon)
        begins = self.target.begins(self.clock())
        since = min(coming)
        made = self.source.times(since) | self.target.times(since)
        return sorted(due for due in set(coming) - made if due <= begins)

    def _wait_until_begun(self, at_most: datetime) -> None:
        while not self.target.has_begun() and self.clock() < at_most:
            self.wait(_PAUSE)
