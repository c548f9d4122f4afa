"""Parse durations, times and time zones of a project file.

Accepts the same forms as the reference: durations as seconds, as ISO 8601, or as clock text.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from math import inf
from pathlib import Path

MAX_INTERVAL = timedelta.max.total_seconds()
# The shortest time between two runs of a schedule that our worker creates, in seconds.
LEAST_INTERVAL = 0.1

# Compiled on first use, because most files have numbers of seconds.
_ISO_DURATION = (
    r"P(?=\d|T)(?:(?P<years>\d+(?:\.\d+)?)Y)?(?:(?P<months>\d+(?:\.\d+)?)M)?"
    r"(?:(?P<weeks>\d+(?:\.\d+)?)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_CLOCK_DURATION = (
    r"(?:(?P<days>\d+) ?(?:d|days?),? ?)?"
    r"(?:(?P<hours>\d+):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d(?:\.\d+)?))?)?"
)
_SECONDS = {
    "years": 365 * 86400,
    "months": 30 * 86400,
    "weeks": 7 * 86400,
    "days": 86400,
    "hours": 3600,
    "minutes": 60,
    "seconds": 1,
}


def parse_interval(value: float | str) -> float:
    """Return the seconds of an interval: a number, `PT10M`, `1:30:00`, `1 day, 2:00:00`, or a numeric string.

    Raises ValueError, with a sentence, for other text and for values that are not positive.
    """
    try:
        seconds = _seconds(value.strip()) if isinstance(value, str) else float(value)
    except OverflowError:  # a whole number of hundreds of digits
        seconds = inf
    if seconds is None:
        raise ValueError(f"`{value}` is not a duration.")
    if not timedelta.resolution.total_seconds() <= seconds <= MAX_INTERVAL:
        raise ValueError("An interval must be positive and at most 10^9 days.")
    return seconds


def _seconds(text: str) -> float | None:
    match = re.fullmatch(_ISO_DURATION, text, re.IGNORECASE)
    if match is None and text:
        match = re.fullmatch(_CLOCK_DURATION, text, re.IGNORECASE)
    if match is not None:
        return sum(float(number) * _SECONDS[unit] for unit, number in match.groupdict().items() if number)
    try:
        return float(text)
    except ValueError:
        return None


def parse_moment(text: str, *, is_local: bool = False) -> datetime:
    """Return an aware time from ISO 8601 or similar text, by default in UTC, or local if *is_local*.

    Raises ValueError for text that is not a time, or that is out of range in UTC.
    """
    try:
        moment = _moment(text)
        if moment.tzinfo is None:
            moment = moment.astimezone() if is_local else moment.replace(tzinfo=UTC)
        moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"`{text}` is not a time in the years 1 to 9999.") from error
    return moment


def has_offset(text: str) -> bool:
    """Return whether a time includes an offset from UTC. Raises the same errors as `parse_moment`."""
    return _moment(text).tzinfo is not None


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        from dateutil.parser import parse  # 15 ms to import, and seldom needed

        return parse(text)


def is_timezone(name: str) -> bool:
    """Return whether *name* is exactly the name of an IANA time zone."""
    return name in timezones()


@cache
def timezones() -> frozenset[str]:
    """Return the names of all IANA time zones, which are the same on every machine."""
    import tzdata

    zones = Path(tzdata.__file__).with_name("zones")  # `importlib.resources` would load archives of all kinds
    return frozenset(zones.read_text(encoding="utf-8").split())
