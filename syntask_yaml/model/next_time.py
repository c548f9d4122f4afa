"""The next scheduled time of a deployment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.occurrences import first_time
from syntask_yaml.model.schedule import Timing
from syntask_yaml.model.value import known

# The limit of steps until the next time of a rule.
STEPS = 20_000


def next_time(deployment: Deployment, now: datetime) -> datetime | None:
    """Return the next time of the schedules of *deployment*; None if there is none within the step limit."""
    times = []
    for timing in timings(deployment):
        with suppress(ValueError):
            times.append(first_time(timing, now, steps=STEPS))
    return min((time for time in times if time is not None), default=None)


def timings(deployment: Deployment) -> Iterator[Timing]:
    """Yield the timings of the active schedules of *deployment*."""
    schedules = () if deployment.paused else known(deployment.schedules or ())
    return (each.timing for each in schedules if each.active is not False and not each.problem)
