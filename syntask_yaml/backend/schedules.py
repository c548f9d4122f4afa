"""What becomes of schedules: which stored one a declared one is, and which runs are made ahead.

A declared schedule is a stored one if they share a slug, if its `replaces` is the stored one's slug,
or if both fire at the same times and at most one has a slug; in this order. It keeps the stored one's id and,
where it does not say, whether that is active.

Runs are made ahead of time: at least the next three, and all of the next minute. Occurrences that
passed while nothing made runs are left out once they are more than a minute old; a run that was made
before that stays, and starts late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syntask_yaml.backend.naming import new_id
from syntask_yaml.model.occurrences import occurrences
from syntask_yaml.model.schedule import Cron, Interval, RRule, Schedule, Timing
from syntask_yaml.model.timing import cron_problem, is_timezone, rrule_problem

_AHEAD = timedelta(seconds=60)
# Made at once, so that a schedule of every second is not looked at every second.
_REACH = timedelta(seconds=120)
_LEAST, _MOST = 3, 100


def merged(
    wanted: Sequence[Schedule] | None, stored: Sequence[Schedule], now: datetime
) -> tuple[Schedule, ...]:
    """The schedules of a deployment once *wanted* is written over *stored*; None leaves those."""
    if wanted is None:
        return tuple(stored)
    if not stored:
        return tuple(_settled(schedule, None, now) for schedule in wanted)
    return tuple(
        _settled(schedule, match, now)
        for schedule, match in zip(wanted, _matches(wanted, stored), strict=True)
    )


def _matches(wanted: Sequence[Schedule], stored: Sequence[Schedule]) -> list[Schedule | None]:
    found: list[Schedule | None] = [None] * len(wanted)
    left = list(stored)
    for is_same in _SAME:
        for place, schedule in enumerate(wanted):
            if found[place] is None:
                at = next((at for at, other in enumerate(left) if is_same(schedule, other)), None)
                found[place] = None if at is None else left.pop(at)
    return found


def _has_slug_of(wanted: Schedule, stored: Schedule) -> bool:
    return wanted.slug is not None and wanted.slug == stored.slug


def _replaces(wanted: Schedule, stored: Schedule) -> bool:
    return wanted.replaces is not None and wanted.replaces == stored.slug


def _fires_like(wanted: Schedule, stored: Schedule) -> bool:
    if wanted.slug is not None and stored.slug is not None:
        return False
    return _anchored(wanted.timing, stored.timing, None) == stored.timing


_SAME: tuple[Callable[[Schedule, Schedule], bool], ...] = (_has_slug_of, _replaces, _fires_like)


def _settled(wanted: Schedule, stored: Schedule | None, now: datetime) -> Schedule:
    was_active = stored.active if stored else True
    return Schedule(
        timing=_anchored(wanted.timing, stored.timing if stored else None, now),
        active=was_active if wanted.active is None else wanted.active,
        parameters=wanted.parameters,
        slug=wanted.slug,
        id=(stored and stored.id) or new_id(),
    )


def _anchored(timing: Timing, stored: Timing | None, otherwise: datetime | None) -> Timing:
    """*timing* with an anchor: its own, that of an equal *stored* interval, or *otherwise*."""
    if not isinstance(timing, Interval) or timing.anchor is not None:
        return timing
    if isinstance(stored, Interval) and replace(stored, anchor=None) == timing:
        return stored
    return replace(timing, anchor=otherwise)


@dataclass(frozen=True, slots=True)
class Coming:
    """The *times* to make runs for, and when to look *again*; None: never, there are no more."""

    times: tuple[datetime, ...]
    again: datetime | None


def coming(timing: Timing, *, made_until: datetime, now: datetime) -> Coming:
    """What to make at *now* of a schedule whose runs were made up to *made_until*."""
    since = max(min(made_until, now), now - _AHEAD)
    times: list[datetime] = []
    ahead = 0
    for time in _before_time_ends(occurrences(timing, since)):
        times.append(time)
        ahead += time > now
        if len(times) == _MOST or (ahead >= _LEAST and time > now + _REACH):
            # Later than now even where a hundred times do not reach a minute.
            again = max(min(times[-_LEAST], time - _AHEAD), now + timedelta(seconds=1))
            return Coming(tuple(times), again)
    return Coming(tuple(times), None)


def _before_time_ends(times: Iterator[datetime]) -> Iterator[datetime]:
    with suppress(OverflowError):  # an interval of centuries soon leaves the calendar
        yield from times


def schedule_problem(schedule: Schedule) -> str | None:
    """Why *schedule* could never fire, in a sentence; None if it can."""
    timing = schedule.timing
    if timing.timezone is not None and not is_timezone(timing.timezone):
        return f"`{timing.timezone}` is no time zone."
    match timing:
        case Cron():
            return cron_problem(timing.cron)
        case RRule():
            return rrule_problem(timing.rrule)
        case Interval():
            return None if timing.seconds > 0 else "An interval is longer than nothing."
