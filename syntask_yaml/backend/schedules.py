"""Match declared schedules with stored ones, and decide which runs to create in advance.

`model/identity.py` matches them. A declared schedule keeps the id of its stored one and, unless declared,
whether it is active.

Runs are created in advance: at least the next three, and all of the next minute. Occurrences that passed
while no process created runs are skipped once they are more than a minute old; runs created before that start
late. An interval of less than a tenth of a second gets at most ten runs a second, because its overdue runs
would starve those of other deployments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice, takewhile
from math import ceil
from typing import NamedTuple

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.queue import ScheduleBehind
from syntask_yaml.model.cron import cron_problem
from syntask_yaml.model.identity import anchored, same_schedules
from syntask_yaml.model.occurrences import MOST_STEPS, first_time, occurrences, slow_anywhere, walk_problem
from syntask_yaml.model.recurrence import rrule_problem
from syntask_yaml.model.schedule import Cron, Interval, RRule, Schedule, Timing
from syntask_yaml.model.steps import TooManySteps
from syntask_yaml.model.timing import LEAST_INTERVAL, is_timezone

_AHEAD = timedelta(seconds=60)
# The period of runs created at once, so that a schedule of every second is not checked every second.
_REACH = timedelta(seconds=120)
_MIN_RUNS, _MAX_RUNS = 3, 100
# The maximal number of passed times returned for a schedule.
MOST_PASSED = 100
# The delay after a search exceeded its steps: a later start may need fewer.
_PAUSE = timedelta(minutes=15)


def merged(
    wanted: Sequence[Schedule] | None, stored: Sequence[Schedule], now: datetime
) -> tuple[Schedule, ...]:
    """Return the schedules of a deployment after *wanted* is written over *stored*; None keeps those."""
    if wanted is None:
        return tuple(replace(schedule, problem=None) for schedule in stored)
    if not stored:
        return tuple(_settled(schedule, None, now) for schedule in wanted)
    return tuple(
        _settled(schedule, match, now)
        for schedule, match in zip(wanted, same_schedules(wanted, stored), strict=True)
    )


def _settled(wanted: Schedule, stored: Schedule | None, now: datetime) -> Schedule:
    was_active = stored.active if stored else True
    return Schedule(
        timing=_with_anchor(anchored(wanted.timing, stored.timing if stored else None), now),
        active=was_active if wanted.active is None else wanted.active,
        parameters=wanted.parameters,
        slug=wanted.slug,
        id=(stored and stored.id) or new_id(),
    )


def _with_anchor(timing: Timing, now: datetime) -> Timing:
    if isinstance(timing, Interval) and timing.anchor is None:
        return replace(timing, anchor=now)
    return timing


class NextRuns(NamedTuple):
    """The *times* of the runs to create, and the time of the next check, *again*; None if there are no more.

    *problem* is why no times were found for a schedule that has more.
    """

    times: tuple[datetime, ...]
    again: datetime | None
    problem: str | None = None


def next_runs(timing: Timing, *, made_until: datetime, now: datetime, steps: int = MOST_STEPS) -> NextRuns:
    """Return the runs to create at *now* for a schedule that has runs up to *made_until*, within *steps*.

    Never raises: an invalid schedule must not affect the others.
    """
    since = max(min(made_until, now), now - _AHEAD)
    times: list[datetime] = []
    ahead = 0
    try:
        for time in occurrences(_thinned(timing), since, steps=steps):
            times.append(time)
            ahead += time > now
            if len(times) == _MAX_RUNS or (ahead >= _MIN_RUNS and time > now + _REACH):
                # In the future, also if a hundred times cover less than a minute.
                again = max(min(times[-_MIN_RUNS], time - _AHEAD), now + timedelta(seconds=1))
                return NextRuns(tuple(times), again)
    except OverflowError:  # past the year 9999
        pass
    except Exception as error:  # noqa: BLE001  (the libraries raise many types)
        if times:  # continue from the last time found
            return NextRuns(tuple(times), max(times[-1], now + timedelta(seconds=1)))
        problem = walk_problem(timing, error, steps=steps)
        is_slow = isinstance(error, TooManySteps) and problem is not None
        return NextRuns((), now + _PAUSE if is_slow else None, problem)
    return NextRuns(tuple(times), None)


class PassedTimes(NamedTuple):
    """The *times* of a schedule of a *deployment* (`flow/name`) that passed without runs.

    The number of times is limited.
    """

    deployment: str
    times: tuple[datetime, ...]


def passed_times(behind: Iterable[ScheduleBehind], now: datetime) -> list[PassedTimes]:
    """Return the times that `next_runs` skips at *now*, for the schedules that have any. Never raises."""
    until = now - _AHEAD
    found = []
    for each in behind:
        times: list[datetime] = []
        with suppress(Exception):  # the libraries raise many types
            walked = islice(occurrences(_thinned(each.timing), each.made_until), MOST_PASSED)
            times.extend(takewhile(until.__ge__, walked))
        if times:
            found.append(PassedTimes(each.deployment, tuple(times)))
    return found


def _thinned(timing: Timing) -> Timing:
    """Return *timing*, with at most one time for each run that can be created."""
    if not isinstance(timing, Interval) or timing.seconds >= LEAST_INTERVAL:
        return timing
    return replace(timing, seconds=ceil(LEAST_INTERVAL / timing.seconds) * timing.seconds)


def schedule_problem(schedule: Schedule) -> str | None:
    """Return why *schedule* is invalid, as a sentence; None if it is valid."""
    timing = schedule.timing
    if timing.timezone is not None and not is_timezone(timing.timezone):
        return f"`{timing.timezone}` is not a time zone."
    match timing:
        case Cron():
            return cron_problem(timing.cron)
        case RRule():
            return rrule_problem(timing.rrule) or _unwalkable(timing)
        case Interval():
            return None if timing.seconds > 0 else "An interval must be positive."


def _unwalkable(rule: RRule) -> str | None:
    try:
        first_time(rule, utc_now().replace(hour=0, minute=0, second=0, microsecond=0))
    except ValueError as error:
        return str(error)
    return slow_anywhere(rule)
