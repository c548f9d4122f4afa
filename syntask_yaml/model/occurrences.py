"""The times at which a schedule fires.

Cron lines and recurrence rules follow the wall clock of their zone, as the reference's do: a time
that the clock skips in spring fires when the clock has jumped, one that it shows twice in autumn
fires the first time. Intervals of whole days keep their hour on that clock; other intervals are
elapsed time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from syntask_yaml.model.schedule import Cron, Interval, RRule, Timing

_DAY = 86400
_YEARLY = 0  # dateutil's number for it
_RRULE_START = datetime(2020, 1, 1)
# Rules that fire at least hourly are entered near the time asked for, not walked from their start.
_FREQUENT = {4: timedelta(hours=1), 5: timedelta(minutes=1), 6: timedelta(seconds=1)}


def occurrences(timing: Timing, after: datetime) -> Iterator[datetime]:
    """The times, aware and in UTC, at which *timing* fires later than *after*, in order.

    An interval without an anchor fires from *after* on.
    """
    times = _times(timing, after)
    last = after
    for time in times:
        if time > last:
            yield time
            last = time


def _times(timing: Timing, after: datetime) -> Iterable[datetime]:
    match timing:
        case Cron():
            return _cron_times(timing, after)
        case Interval():
            return _interval_times(timing, after)
        case RRule():
            return _rrule_times(timing, after)


def _zone(name: str | None) -> ZoneInfo:
    return ZoneInfo(name or "UTC")


def _from_wall(wall: datetime, zone: tzinfo) -> datetime:
    """The moment when the clock of *zone* first shows *wall*, or has jumped past it."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _wall_before(moment: datetime, zone: tzinfo) -> datetime:
    """A wall time from which on nothing later than *moment* is missed, whatever the clock does."""
    return moment.astimezone(zone).replace(tzinfo=None) - timedelta(hours=3)


def _cron_times(timing: Cron, after: datetime) -> Iterator[datetime]:
    from croniter import CroniterBadDateError, croniter

    zone = _zone(timing.timezone)
    walls = croniter(timing.cron, _wall_before(after, zone), ret_type=datetime, day_or=timing.day_or)
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
        # Arithmetic on an aware time keeps the wall clock; UTC comes last.
        yield (begin + count * step).replace(fold=0).astimezone(UTC)
        count += 1


def _rrule_times(timing: RRule, after: datetime) -> Iterator[datetime]:
    from dateutil.rrule import rrulestr

    named = rrulestr(timing.rrule, dtstart=_RRULE_START)
    zone = ZoneInfo(timing.timezone) if timing.timezone else _own_zone(named) or UTC
    rule = rrulestr(_without_zones(timing.rrule), dtstart=_RRULE_START)
    begin = _wall_before(after, zone)
    if _never_fires(rule):
        return
    rule = _entered_near(rule, begin)
    for wall in rule.xafter(begin):
        yield _from_wall(wall, zone)


def _own_zone(rule: Any) -> tzinfo | None:
    """The zone that the DTSTART of a rule, or of the first rule of a set, names."""
    first = rule._rrule[0] if getattr(rule, "_rrule", None) else rule
    start: datetime | None = getattr(first, "_dtstart", None)
    return start.tzinfo if start else None


def _without_zones(text: str) -> str:
    """The rule as it is walked: on a wall clock. Which clock that is has been decided before."""
    return re.sub(r"(\d{8}T\d{6})Z", r"\1", re.sub(r";TZID=[^:;]+", "", text))


def _never_fires(rule: Any) -> bool:
    """Whether a rule that fires many times a day has no day of any year to do so.

    Such a rule (the 30th of February, every second) would be walked for hours.
    """
    if getattr(rule, "_freq", -1) not in _FREQUENT:
        return False
    return (
        next(iter(rule.replace(freq=_YEARLY, interval=1, count=None, until=None, bysetpos=None)), None)
        is None
    )


def _entered_near(rule: Any, begin: datetime) -> Any:
    unit = _FREQUENT.get(getattr(rule, "_freq", -1))
    if unit is None or rule._count is not None:
        return rule
    step = unit * rule._interval
    return rule.replace(dtstart=rule._dtstart + max((begin - rule._dtstart) // step, 0) * step)
