"""The texts of a schedule: what they mean, and what is wrong with them.

Accepts what the reference accepts: cron lines of croniter, intervals as seconds, ISO 8601 durations
or clock text, recurrence rules of RFC 5545.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from math import inf

from syntask_yaml.model.schedule import RRule

MAX_RRULE_LENGTH = 6500

_ISO_DURATION = re.compile(
    r"P(?=\d|T)(?:(?P<years>\d+(?:\.\d+)?)Y)?(?:(?P<months>\d+(?:\.\d+)?)M)?"
    r"(?:(?P<weeks>\d+(?:\.\d+)?)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.IGNORECASE,
)
_CLOCK_DURATION = re.compile(
    r"(?:(?P<days>\d+) ?(?:d|days?),? ?)?"
    r"(?:(?P<hours>\d+):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d(?:\.\d+)?))?)?",
    re.IGNORECASE,
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
    """Seconds of an interval: a number, `PT10M`, `1:30:00`, `1 day, 2:00:00`, or a number as text.

    Raises ValueError, with a sentence, for anything else and for what is not above zero.
    """
    try:
        seconds = _seconds(value.strip()) if isinstance(value, str) else float(value)
    except OverflowError:  # a whole number of hundreds of digits
        seconds = inf
    if seconds is None:
        raise ValueError(f"`{value}` is no duration.")
    if not timedelta.resolution.total_seconds() <= seconds <= timedelta.max.total_seconds():
        raise ValueError("An interval must be positive and at most 10^9 days.")
    return seconds


def _seconds(text: str) -> float | None:
    match = _ISO_DURATION.fullmatch(text) or (_CLOCK_DURATION.fullmatch(text) if text else None)
    if match is not None:
        return sum(float(number) * _SECONDS[unit] for unit, number in match.groupdict().items() if number)
    try:
        return float(text)
    except ValueError:
        return None


def parse_moment(text: str) -> datetime:
    """An aware time from ISO 8601 or a similar text; UTC where it names no zone.

    Raises ValueError for a text that is no time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        from dateutil.parser import parse  # 15 ms to import, and seldom needed

        moment = parse(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_rrule(text: str, timezone: str | None) -> RRule:
    """A rule from RFC 5545 text, or from the JSON form `{"rrule": …, "timezone": …}`."""
    if text.lstrip().startswith("{"):
        try:
            fields = json.loads(text)
            return RRule(str(fields["rrule"]), timezone or fields.get("timezone"))
        except (ValueError, KeyError, TypeError):
            pass
    return RRule(text, timezone)


@lru_cache(maxsize=4096)
def cron_problem(text: str) -> str | None:
    """What is wrong with a cron line, in a sentence; None if nothing is."""
    from croniter import croniter

    if re.search(r"(?<![A-Za-z])[HR](?![A-Za-z])", text, re.IGNORECASE):
        return "Hashed and random fields (`H`, `R`) have no meaning here."
    try:
        croniter(text, datetime(2024, 1, 1))
    except (ValueError, KeyError, TypeError) as error:
        return f"{str(error).rstrip('.')}."
    return None


@lru_cache(maxsize=1024)
def rrule_problem(text: str) -> str | None:
    """What is wrong with a recurrence rule, in a sentence; None if nothing is."""
    from dateutil.rrule import rrulestr

    if len(text) > MAX_RRULE_LENGTH:
        return f"A rule has at most {MAX_RRULE_LENGTH} characters."
    try:
        rrulestr(parse_rrule(text, None).rrule)
    except (ValueError, TypeError, AttributeError) as error:
        return f"{str(error).rstrip('.').capitalize()}."
    return None


def is_timezone(name: str) -> bool:
    """Whether *name* is an IANA time zone, spelt exactly."""
    return name in timezones()


@cache
def timezones() -> frozenset[str]:
    """The names of all IANA time zones, the same ones on every machine."""
    from importlib.resources import files

    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


_DEFAULT_START = datetime(2020, 1, 1)
_STARTED = re.compile(r"DTSTART:(\d{8}T\d{6})\n(.*)", re.DOTALL)
_FREQUENT = re.compile(r"FREQ=(SECONDLY|MINUTELY)", re.IGNORECASE)
_EVERY = re.compile(r"INTERVAL=(\d+)", re.IGNORECASE)


def without_default_start(rrule: str) -> str:
    """A recurrence rule without the start that it has in any case: the beginning of 2020.

    Servers add it, and for rules that fire every few seconds or minutes a later one of the same beat.
    """
    match = _STARTED.fullmatch(rrule)
    if match is None or "DTSTART" in match[2].upper():
        return rrule
    try:
        start = datetime.strptime(match[1], "%Y%m%dT%H%M%S")
    except ValueError:
        return rrule
    return match[2] if start == _DEFAULT_START or _is_in_beat(match[2], start) else rrule


def _is_in_beat(rule: str, start: datetime) -> bool:
    frequent = _FREQUENT.search(rule)
    if frequent is None or "COUNT=" in rule.upper() or "\n" in rule.strip():
        return False
    every = _EVERY.search(rule)
    beat = (int(every[1]) if every else 1) * (1 if frequent[1].upper() == "SECONDLY" else 60)
    return start > _DEFAULT_START and (start - _DEFAULT_START).total_seconds() % beat == 0
