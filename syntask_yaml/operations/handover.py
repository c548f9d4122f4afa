"""Move schedules between two sides, so that they are never active on both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syntask_yaml.backend.clock import Clock
from syntask_yaml.errors import BackendConflict
from syntask_yaml.operations.schedule_sides import Side

# A server's scheduler may still be creating runs when it is paused.
_TRIES = 10
_PAUSE = 0.5
# Seconds in which a server creates the first runs after a resume, if there are any.
_UNTIL_BEGUN = 15.0
# The time added to that of the last taken run, to exclude it.
_MARGIN = timedelta(seconds=1)

# Waits for the given seconds.
Wait = Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Handover:
    """A handover between two sides, with the clock and a function to *wait*."""

    source: Side
    target: Side
    clock: Clock
    wait: Wait

    def stop(self) -> None:
        """Pause the active side until it has no scheduled runs.

        Late runs may remain: the process that takes one finishes it. Raises BackendConflict if the server
        keeps creating runs.
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
        """Resume the other side after the times of runs that were taken in advance."""
        now = self.clock()
        until = self.source.taken_until(now)
        if until is not None:
            self.wait((until - now + _MARGIN).total_seconds())
        self.target.start()

    def missed(self, coming: Sequence[datetime]) -> list[datetime]:
        """Return the times in *coming* that have passed and for which neither side has a run."""
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
