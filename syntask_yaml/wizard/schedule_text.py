"""Schedules in words, and the times at which they fire."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from syntask_yaml.model.occurrences import occurrences
from syntask_yaml.model.schedule import Cron, Interval, RRule, Timing, timing_from_dict
from syntask_yaml.model.timing import parse_interval

SHOWN = 5
_UNITS = (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
_SPOKEN = re.compile(r"(?:every\s+)?(?P<count>\d+(?:\.\d+)?)?\s*(?P<unit>[a-z]+)", re.IGNORECASE)
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_SHORT_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def spoken_interval(text: str) -> float:
    """Seconds of `15 minutes`, `2h`, `hour`, or of what a project file may say.

    Raises ValueError, with a sentence, for anything else and for what is not above zero.
    """
    match = _SPOKEN.fullmatch(text.strip())
    unit = match and _unit(match["unit"])
    if not match or not unit:
        return parse_interval(text)
    seconds = float(match["count"] or 1) * unit
    return parse_interval(seconds)


def _unit(word: str) -> int | None:
    word = word.lower()
    singular = word.removesuffix("s") if len(word) > 1 else word
    short = {"min": 60, "sec": 1}
    long = {name: seconds for name, seconds in _UNITS if singular in (name, name[0])}
    return next(iter(long.values()), short.get(singular))


def interval_problem(text: str) -> str:
    """Return why *text* is not an interval, in a sentence; empty if it is one."""
    try:
        spoken_interval(text)
    except ValueError as error:
        return f"{error} Write `15 minutes`, `2 hours`, or seconds."
    return ""


def timing_of(fields: Mapping[str, Any]) -> Timing | None:
    """The timing that an entry of `schedules` is; None for one that holds templates or means nothing."""
    try:
        return timing_from_dict(fields)
    except (ValueError, KeyError, TypeError):
        return None


def described(fields: Mapping[str, Any]) -> str:
    """An entry of `schedules` in words."""
    timing = timing_of(fields)
    if timing is None:
        return next((f"{key} {value}" for key, value in fields.items()), "nothing")
    zone = f" ({timing.timezone})" if timing.timezone else ""
    match timing:
        case Cron():
            return f"{_cron_words(timing.cron)}{zone}"
        case Interval():
            return f"Every {_duration(timing.seconds)}{zone}"
        case RRule():
            return f"By the recurrence rule {timing.rrule}{zone}"


def next_times(fields: Mapping[str, Any], now: datetime, timezone: str) -> list[str]:
    """The next times of an entry of `schedules`, on the clock of its own zone, or of *timezone*."""
    timing = timing_of(fields)
    if timing is None:
        return []
    try:
        zone = ZoneInfo(timing.timezone or (timezone if isinstance(timing, Interval) else "UTC"))
        times = _first(timing, now)
    except Exception:  # noqa: BLE001  (the libraries raise anything)
        return []
    seconds = ":%S" if any(each.second for each in times) else ""
    return [each.astimezone(zone).strftime(f"%a %Y-%m-%d %H:%M{seconds}") for each in times]


@lru_cache(maxsize=64)
def _first(timing: Timing, now: datetime) -> tuple[datetime, ...]:
    return tuple(islice(occurrences(timing, now), SHOWN))  # an interview is played over and over


def _duration(seconds: float) -> str:
    for name, size in _UNITS:
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return name if count == 1 else f"{count} {name}s"
    return f"{seconds:g} seconds"


def _cron_words(line: str) -> str:
    fields = line.split()
    if len(fields) == 5:
        words = "".join(_words_of(fields))
        if words:
            return words
    return f"By the cron expression `{line}`"


def _words_of(fields: Sequence[str]) -> Iterator[str]:
    """The words for what people mostly write; none for anything else."""
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
    if begin is None or (dash and end is None):
        return None
    return f"{begin} to {end}" if dash else begin


def _weekday(text: str) -> str | None:
    if text.isdigit():
        return _DAYS[int(text) % 7] if int(text) <= 7 else None
    return _DAYS[_SHORT_DAYS.index(text.lower())] if text.lower() in _SHORT_DAYS else None
