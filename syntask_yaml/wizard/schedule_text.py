"""Parse typed schedules, and format schedules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from syntask_yaml.model import schedule_words
from syntask_yaml.model.schedule import Timing, timing_from_dict
from syntask_yaml.model.schedule_calendar import calendar_of
from syntask_yaml.model.schedule_words import UNITS, in_words
from syntask_yaml.model.timing import parse_interval

SHOWN = 5
_SPOKEN = re.compile(r"(?:every\s+)?(?P<count>\d+(?:\.\d+)?)?\s*(?P<unit>[a-z]+)", re.IGNORECASE)


def spoken_interval(text: str) -> float:
    """Return the seconds of `15 minutes`, `2h`, `hour`, or of an interval as in a project file.

    Raises ValueError, with a sentence, for anything else and for values that are not positive.
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
    long = {name: seconds for name, seconds in UNITS if singular in (name, name[0])}
    return next(iter(long.values()), short.get(singular))


def interval_problem(text: str) -> str:
    """Return a sentence on why *text* is not an interval; empty if it is one."""
    try:
        spoken_interval(text)
    except ValueError as error:
        return f"{error} Write `15 minutes`, `2 hours`, or seconds."
    return ""


def timing_of(fields: Mapping[str, Any]) -> Timing | None:
    """Return the timing of an entry of `schedules`; None if it contains templates or is invalid."""
    try:
        return timing_from_dict(fields)
    except (ValueError, KeyError, TypeError):
        return None


def described(fields: Mapping[str, Any]) -> str:
    """Return an entry of `schedules` in words."""
    timing = timing_of(fields)
    if timing is None:
        return next((f"{key} {value}" for key, value in fields.items()), "nothing")
    return in_words(timing)


def next_times(fields: Mapping[str, Any], now: datetime, timezone: str) -> list[str]:
    """Return the next times of an entry of `schedules`, in its own time zone, or in *timezone*."""
    timing = timing_of(fields)
    if timing is None:
        return []
    return schedule_words.next_times(timing, now, count=SHOWN, timezone=timezone)


def next_days(fields: Mapping[str, Any], now: datetime, timezone: str) -> list[str]:
    """Return the days of an entry of `schedules`, as the lines of a calendar."""
    timing = timing_of(fields)
    return [] if timing is None else calendar_of(timing, now, timezone=timezone)
