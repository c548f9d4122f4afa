"""The times at which a schedule fires.

As in the reference, cron expressions and recurrence rules follow the wall clock of their zone: a time that
is skipped in spring fires right after the change, and a repeated time in autumn fires the first time.
Intervals of whole days keep their local time; other intervals are elapsed time.

The work is bounded: intervals use arithmetic, croniter searches cron expressions fifty years ahead or up to
their last year, and the steps of rules are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from syntask_yaml.model.cron import LAST_YEAR, has_year
from syntask_yaml.model.recurrence import has_no_day, parse_rrule, read_rule, start_year, wall_times
from syntask_yaml.model.schedule import Cron, Interval, RRule, Timing
from syntask_yaml.model.steps import TooManySteps, within

_DAY = 86400
# Within as many years, every date recurs, such as a Monday the 29th of February.
_YEARS = 50
# The step limit of one query of a rule: some tenths of a second, and ten times the steps of ordinary rules.
MOST_STEPS = 300_000


def occurrences(timing: Timing, after: datetime, *, steps: int = MOST_STEPS) -> Iterator[datetime]:
    """Yield the times of *timing* later than *after*, aware and in UTC, in order.

    An interval without an anchor starts at *after*. Raises TooManySteps if a rule takes more than *steps*,
    and any exception of the libraries for an invalid timing.
    """
    if isinstance(timing, RRule):
        return _rrule_times(timing, after, steps)
    times = _cron_times(timing, after) if isinstance(timing, Cron) else _interval_times(timing, after)
    return _later(times, after)


@lru_cache(maxsize=4096)
def first_time(timing: Timing, after: datetime, *, steps: int = MOST_STEPS) -> datetime | None:
    """Return the first time of *timing* later than *after*; None if there is none.

    Raises ValueError, with a sentence, if that is not known within *steps*.
    """
    try:
        return next(occurrences(timing, after, steps=steps), None)
    except OverflowError:  # beyond the year 9999
        return None
    except Exception as error:  # the libraries raise anything
        if (problem := walk_problem(timing, error, steps=steps)) is None:
            return None
        raise ValueError(problem) from error


@lru_cache(maxsize=4096)
def slow_anywhere(timing: Timing, *, steps: int = MOST_STEPS) -> str | None:
    """Return why the times of *timing* cannot be computed at some time of a year, as a sentence.

    A rule that excludes most of its own times is slow only in those periods, such as on some weekdays. The
    checked days do not depend on the current date.
    """
    if not isinstance(timing, RRule) or "EXRULE" not in timing.rrule.upper():
        return None
    year = start_year(timing.rrule)
    days = [datetime(year, 1, day, tzinfo=UTC) for day in range(1, 32)]
    months = [datetime(year, month, 1, tzinfo=UTC) for month in range(2, 13)]
    for moment in (*days, *months):
        try:
            first_time(timing, moment, steps=steps)
        except ValueError as error:
            return str(error)
    return None


def walk_problem(timing: Timing, error: Exception, *, steps: int = MOST_STEPS) -> str | None:
    """Return, as a sentence, why *timing*, which raised *error*, has no times; None if it never fires."""
    if not isinstance(error, TooManySteps):
        from syntask_yaml.model.recurrence_words import wrong_part

        if isinstance(timing, RRule) and (wrong := wrong_part(parse_rrule(timing.rrule, None)[0])):
            return wrong
        return f"Its occurrences cannot be computed: {str(error).rstrip('.') or type(error).__name__}."
    if isinstance(timing, RRule) and has_no_day(timing.rrule, timing.timezone):
        return None
    return f"Finding its next occurrence takes more than {steps:,} steps. Simplify it, or let it start later."


def _later(times: Iterable[datetime], after: datetime) -> Iterator[datetime]:
    last = after
    for time in times:
        if time > last:
            yield time
            last = time


def _zone(name: str | None) -> ZoneInfo:
    return ZoneInfo(name or "UTC")


def _from_wall(wall: datetime, zone: tzinfo) -> datetime:
    """Return the moment when the clock of *zone* first shows *wall*, or skips it."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _wall_before(moment: datetime, zone: tzinfo) -> datetime:
    """Return a wall time that is early enough to miss nothing later than *moment* at any clock change."""
    before, now = ((moment - back).astimezone(zone) for back in (timedelta(hours=3), timedelta()))
    has_jumped = before.utcoffset() != now.utcoffset()
    return now.replace(tzinfo=None) - timedelta(hours=3 * has_jumped)


def _cron_times(timing: Cron, after: datetime) -> Iterator[datetime]:
    from croniter import CroniterBadDateError, croniter

    zone = _zone(timing.timezone)
    ahead = max(_YEARS, LAST_YEAR + 1 - after.year) if has_year(timing.cron) else _YEARS
    walls = croniter(
        timing.cron,
        _wall_before(after, zone),
        ret_type=datetime,
        day_or=timing.day_or,
        max_years_between_matches=ahead,
    )
    while True:
        try:
            wall = walls.get_next()
        except CroniterBadDateError:  # it never fires again
            return
        yield _from_wall(wall, zone)


def _interval_times(timing: Interval, after: datetime) -> Iterator[datetime]:
    step = timedelta(seconds=timing.seconds)
    anchor = timing.anchor or after
    if timing.seconds % _DAY:
        begin = anchor.astimezone(UTC)
        count = (after - begin) // step
        while True:
            yield begin + count * step
            count += 1
    zone = ZoneInfo(timing.timezone) if timing.timezone else None
    begin = anchor.astimezone(zone) if zone else anchor
    count = (after - begin) // step - 1
    while True:
        # Arithmetic on an aware time keeps the wall clock, so convert to UTC last.
        yield (begin + count * step).replace(fold=0).astimezone(UTC)
        count += 1


def _rrule_times(timing: RRule, after: datetime, steps: int) -> Iterator[datetime]:
    text, timezone = parse_rrule(timing.rrule, timing.timezone)
    # The first rule of a process imports its parser, and the first one in a zone loads it: not counted.
    zone, rule = _zone(timezone), read_rule(text, timezone)
    times = (_from_wall(wall, zone) for wall in wall_times(rule, _wall_before(after, zone)))
    yield from within(steps, _later(times, after))
