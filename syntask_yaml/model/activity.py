"""The last and the next use of an object, such as a work pool."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from syntask_yaml.model.run import Run

_NEVER = datetime.min.replace(tzinfo=UTC)


class Activity(NamedTuple):
    """The *last* due run of an object, and the *next* time of its schedules."""

    last: Run | None = None
    next: datetime | None = None

    def including(self, last: Run | None, next: datetime | None) -> Activity:
        """Return the later of both last runs, and the earlier of both next times."""
        runs = [run for run in (self.last, last) if run is not None]
        times = [time for time in (self.next, next) if time is not None]
        return Activity(max(runs, key=_due, default=None), min(times, default=None))


def _due(run: Run) -> datetime:
    return run.scheduled or run.started or run.created or _NEVER
