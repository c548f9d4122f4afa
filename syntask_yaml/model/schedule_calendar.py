"""Format the days of a schedule as a small calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from datetime import date, datetime, timedelta

from syntask_yaml.model.schedule import Timing
from syntask_yaml.model.schedule_words import next_moments

_WEEKS = 4
_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
# A schedule with more times than this is too dense for a calendar of days.
_MOST = 200


def calendar_of(timing: Timing, now: datetime, *, timezone: str = "UTC") -> list[str]:
    """Return the ASCII lines of a calendar from this week on, with the days of *timing* in brackets.

    Return None if *timing* fires many times a day, or not soon, or is invalid. Days are in its own zone;
    for an interval without a zone, in *timezone*.
    """
    moments = next_moments(timing, now, count=_MOST, timezone=timezone)
    if not moments:
        return []
    days = [each.date() for each in moments]
    today = now.astimezone(moments[0].tzinfo).date()
    monday = today - timedelta(days=today.weekday())
    weeks = [[monday + timedelta(days=7 * week + day) for day in range(7)] for week in range(_WEEKS)]
    is_whole = len(days) < _MOST or days[-1] > weeks[-1][-1]
    fired = set(days) & {day for week in weeks for day in week}
    return list(_lines(weeks, today, fired)) if is_whole and fired else []


def _lines(weeks: Sequence[Sequence[date]], today: date, fired: Set[date]) -> Iterator[str]:
    yield f"     {''.join(f' {name} ' for name in _WEEKDAYS)}".rstrip()
    month = 0
    for week in weeks:
        first = max(week[0], today)
        label = f"{first:%b}" if first.month != month else ""
        month = first.month
        yield f"{label:<5}{''.join(_day(day, today, fired) for day in week)}".rstrip()


def _day(day: date, today: date, fired: Set[date]) -> str:
    if day < today:
        return "    "
    return f"[{day.day:>2}]" if day in fired else f" {day.day:>2} "
