"""Describe schedules in words, and list their next times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from syntask_yaml.model.cron import is_every
from syntask_yaml.model.occurrences import occurrences
from syntask_yaml.model.schedule import Cron, Interval, RRule, Timing

UNITS = (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_SHORT_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def in_words(timing: Timing) -> str:
    """Return *timing* in words: `At 06:00, every day (Europe/Berlin)`."""
    zone = f" ({timing.timezone})" if timing.timezone else ""
    match timing:
        case Cron(cron):
            return f"{_cron_words(cron)}{zone}"
        case Interval(seconds):
            return f"Every {_duration(seconds)}{zone}"
        case RRule(rrule):
            return f"By the recurrence rule {' '.join(rrule.split())}{zone}"


def next_times(timing: Timing, now: datetime, *, count: int, timezone: str = "UTC") -> list[str]:
    """Return the `next_moments` of *timing*, such as `Sat 2026-11-21 06:00`."""
    return shown_times(next_moments(timing, now, count=count, timezone=timezone))


def next_moments(timing: Timing, now: datetime, *, count: int, timezone: str = "UTC") -> list[datetime]:
    """Return the next times of *timing*, at most *count*.

    They are in its own zone; for an interval without a zone, in *timezone*. An invalid timing has none.
    """
    try:
        zone = ZoneInfo(timing.timezone or (timezone if isinstance(timing, Interval) else "UTC"))
        return [each.astimezone(zone) for each in _first(timing, now, count)]
    except Exception:  # noqa: BLE001  (the libraries raise anything)
        return []


def shown_times(moments: Sequence[datetime]) -> list[str]:
    """Return *moments* as text, with seconds if any of them has some."""
    seconds = ":%S" if any(each.second for each in moments) else ""
    return [each.strftime(f"%a %Y-%m-%d %H:%M{seconds}") for each in moments]


@lru_cache(maxsize=64)
def _first(timing: Timing, now: datetime, count: int) -> tuple[datetime, ...]:
    return tuple(islice(occurrences(timing, now), count))  # an interview is played over and over


def _duration(seconds: float) -> str:
    for name, size in UNITS:
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return name if count == 1 else f"{count} {name}s"
    return f"{seconds:g} seconds"


def _cron_words(line: str) -> str:
    fields = ["*" if is_every(field) else field for field in line.split()]
    if len(fields) == 5:
        words = "".join(_words_of(fields))
        if words:
            return words
    return f"By the cron expression `{line}`"


def _words_of(fields: Sequence[str]) -> Iterator[str]:
    """Return the words for common timings; None for others."""
    minute, hour, day, month, weekday = fields
    time, days = _time(minute, hour), _days(day, weekday)
    if time and days is not None and month == "*":
        yield time
        yield days


def _time(minute: str, hour: str) -> str:
    if minute.isdigit() and hour.isdigit():
        return f"At {int(hour):02}:{int(minute):02}"
    if minute.isdigit() and hour == "*":
        return "Every hour" if int(minute) == 0 else f"Every hour, {int(minute)} minutes past"
    step = re.fullmatch(r"\*/(\d+)", minute)
    if step and hour == "*" and 60 % int(step[1]) == 0:
        return f"Every {_duration(60 * int(step[1]))}"
    return "Every minute" if (minute, hour) == ("*", "*") else ""


def _days(day: str, weekday: str) -> str | None:
    if (day, weekday) == ("*", "*"):
        return ", every day"
    if weekday == "*":
        return f", on day {int(day)} of the month" if day.isdigit() else None
    if day != "*":
        return None
    listed = [_weekdays(part) for part in weekday.split(",")]
    return None if None in listed else f", {' and '.join(filter(None, listed))}"


def _weekdays(part: str) -> str | None:
    first, dash, last = part.partition("-")
    begin, end = _weekday(first), _weekday(last)
    if begin is None or (dash and end in {None, begin}):  # `fri-fri` is every day
        return None
    return f"{begin} to {end}" if dash else begin


def _weekday(text: str) -> str | None:
    if text.isdigit():
        return _DAYS[int(text) % 7] if int(text) <= 7 else None
    return _DAYS[_SHORT_DAYS.index(text.lower())] if text.lower() in _SHORT_DAYS else None
