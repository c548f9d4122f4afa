"""When something ran last and runs next: a deployment, or what has several."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from syntask_yaml.dataclass import dataclass
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.occurrences import first_time
from syntask_yaml.model.run import Run
from syntask_yaml.model.schedule import Timing
from syntask_yaml.model.value import known

_NEVER = datetime.min.replace(tzinfo=UTC)
# A rule takes at most so many steps until the next time.
_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Activity:
    """The *last* run of something that was due, and the *next* time of its schedules."""

    last: Run | None = None
    next: datetime | None = None

    def including(self, last: Run | None, next: datetime | None) -> Activity:
        """Return the same with what another one has of both."""
        runs = [run for run in (self.last, last) if run is not None]
        times = [time for time in (self.next, next) if time is not None]
        return Activity(max(runs, key=_due, default=None), min(times, default=None))


def _due(run: Run) -> datetime:
    return run.scheduled or run.started or run.created or _NEVER


def next_time(deployment: Deployment, now: datetime) -> datetime | None:
    """Return when the schedules of *deployment* fire next; None if they do not, or telling takes too long."""
    times = []
    for timing in timings(deployment):
        with suppress(ValueError):
            times.append(first_time(timing, now, steps=_STEPS))
    return min((time for time in times if time is not None), default=None)


def timings(deployment: Deployment) -> Iterator[Timing]:
    """Yield the timings of *deployment* that fire."""
    schedules = () if deployment.paused else known(deployment.schedules or ())
    return (each.timing for each in schedules if each.active is not False and not each.problem)
