"""Cron expressions of the everyday shape, read and walked without croniter.

Importing croniter takes longer than all else that a small project is asked about its schedules. Numbers,
ranges, lists and steps of the five fields are read here, where no more than one field says which days;
croniter reads everything else, and says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from syntask_yaml.dataclass import dataclass

_PART = re.compile(r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,2}))?")
# The first and the last value of minutes, hours, days, months and days of the week.
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_LONGEST_FEBRUARY = 29
_LENGTHS = (31, _LONGEST_FEBRUARY, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class PlainCron:
    """The times of a day, and the days, on which an expression fires; 0 is Sunday."""

    times: tuple[time, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def walls(self, after: datetime) -> Iterator[datetime]:
        """Yield the wall times later than *after*, in order; nothing where there is no such day.

        Raises OverflowError after the year 9999.
        """
        if not any(min(self.days) <= _LENGTHS[month - 1] for month in self.months):
            return
        day = after.date()
        while True:
            if day.month not in self.months:
                day = _next_month(day)
                continue
            if day.day in self.days and day.isoweekday() % 7 in self.weekdays:
                yield from (wall for at in self.times if (wall := datetime.combine(day, at)) > after)
            day += timedelta(days=1)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


@lru_cache(maxsize=4096)
def plain_cron(text: str) -> PlainCron | None:
    """Read an expression; None if it has another shape, or something is wrong with it."""
    fields = text.split(" ")
    if len(fields) != len(_BOUNDS) or "*" not in (fields[2], fields[4]):
        return None
    values = [_values(field, *bounds) for field, bounds in zip(fields, _BOUNDS, strict=True)]
    if not all(values):
        return None
    minutes, hours, days, months, weekdays = values
    times = tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes))
    return PlainCron(times, days, months, weekdays)


def _values(field: str, low: int, high: int) -> frozenset[int]:
    """What a field stands for; nothing if it has another shape."""
    found: set[int] = set()
    for written in field.split(","):
        part = _PART.fullmatch(written)
        if part is None:
            return frozenset()
        first, last, step = part.groups()
        begin, end, by = int(first or low), int(last or first or high), int(step or 1)
        # A step from a single number, and a range of a single one, mean more than they seem to.
        is_odd = first is not None and (begin == end if last is not None else step is not None)
        if is_odd or not low <= begin <= end <= high or not 1 <= by <= high:
            return frozenset()
        found.update(range(begin, end + 1, by))
    return frozenset(found)
