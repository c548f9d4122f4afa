"""When a deployment runs next, by its schedules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.occurrences import first_time
from syntask_yaml.model.schedule import Timing
from syntask_yaml.model.value import known

# A rule takes at most so many steps until the next time.
STEPS = 20_000


def next_time(deployment: Deployment, now: datetime) -> datetime | None:
    """Return when the schedules of *deployment* fire next; None if they do not, or telling takes too long."""
    times = []
    for timing in timings(deployment):
        with suppress(ValueError):
            times.append(first_time(timing, now, steps=STEPS))
    return min((time for time in times if time is not None), default=None)


def timings(deployment: Deployment) -> Iterator[Timing]:
    """Yield the timings of *deployment* that fire."""
    schedules = () if deployment.paused else known(deployment.schedules or ())
    return (each.timing for each in schedules if each.active is not False and not each.problem)
