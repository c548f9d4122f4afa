"""Recurrence rules: parse them, and compute their wall times with dateutil."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from math import lcm
from typing import Any
from zoneinfo import ZoneInfo

from syntask_yaml.model.steps import TooManySteps, within

MAX_RRULE_LENGTH = 6500
# The start of rules without DTSTART.
DEFAULT_START = datetime(2020, 1, 1)
# The steps in which every rule with any day has one: forty years, which include years of all kinds.
_STEPS_TO_A_DAY = 150_000

# dateutil's numbers of the frequencies, and the seconds of those with a fixed length.
_YEARLY, _MONTHLY, _DAILY = 0, 1, 3
_SECONDS = {2: 7 * 86400, _DAILY: 86400, 4: 3600, 5: 60, 6: 1}

_ZONE = re.compile(r";TZID=([^:;\n]+)", re.IGNORECASE)
_START = re.compile(r"DTSTART(?P<options>[^:\s]*):(?P<moment>\S*)", re.IGNORECASE)
_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)
_UNTIL = re.compile(r"(UNTIL=)(\d{8}T\d{6})Z", re.IGNORECASE)
_FORM = "%Y%m%dT%H%M%S"
_WRONG_INTERVAL = re.compile(r"INTERVAL=(\+?0+(?!\d)|-)", re.IGNORECASE)


def parse_rrule(text: str, timezone: str | None) -> tuple[str, str | None]:
    """Return a rule's text and zone from RFC 5545 text, or from the JSON form `{"rrule": …, "timezone": …}`.

    The zone is *timezone*, or else that of the JSON or of DTSTART.
    """
    if text.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):
            match json.loads(text):
                case {"rrule": str(rule), **others} if isinstance(zone := others.get("timezone"), str | None):
                    text, timezone = rule, timezone or zone
    start = _START.search(text)
    return text, timezone or (next(zones_in(start["options"]), None) if start else None)


def zones_in(text: str) -> Iterator[str]:
    """Yield the zones in a rule, in order."""
    return (match[1] for match in _ZONE.finditer(text))


def start_year(text: str) -> int:
    """Return the year of the start of a valid recurrence rule."""
    rule = read_rule(parse_rrule(text, None)[0], None)
    return min((each._dtstart.year for each in _rules(rule)), default=DEFAULT_START.year)


def with_local_end(text: str, timezone: str | None) -> str:
    """Return a rule with `UNTIL=…Z` converted to local time of *timezone*, if its start has no zone.

    dateutil does not compare such times: a server accepts the rule, and never runs it.
    """
    start = _START.search(text)
    if start and (_OFFSET.search(start["moment"]) or _ZONE.search(start["options"])):
        return text
    return _UNTIL.sub(lambda match: match[1] + _local(match[2], timezone), text)


def _local(moment: str, timezone: str | None) -> str:
    end = datetime.strptime(moment.upper(), _FORM).replace(tzinfo=UTC)
    try:
        return end.astimezone(ZoneInfo(timezone or "UTC")).strftime(_FORM)
    except OverflowError:  # 99991231T235959Z: forever
        return moment


@lru_cache(maxsize=1024)
def rrule_problem(text: str) -> str | None:
    """Return why a recurrence rule is invalid, in a sentence; None if it is valid."""
    from dateutil.rrule import rrulestr

    text, _ = parse_rrule(text, None)
    if len(text) > MAX_RRULE_LENGTH:
        return f"A rule may have at most {MAX_RRULE_LENGTH} characters."
    if _WRONG_INTERVAL.search(text):
        return "`INTERVAL` must be at least 1."
    try:
        rrulestr(with_local_end(text, None))
    except Exception:  # noqa: BLE001  (whatever it raises, it does not read the text)
        from syntask_yaml.model.recurrence_words import unreadable_rule

        return unreadable_rule(text)
    return None


def wall_times(rule: Any, after: datetime) -> Iterator[datetime]:
    """Yield the times of a parsed rule later than *after*, without a zone.

    Raises any exception of dateutil, and may take forever: see `within`.
    """
    yield from _entered_near(rule, after).xafter(after)


def has_no_day(text: str, timezone: str | None) -> bool:
    """Return whether the rules in *text* never have a day, such as the 30th of February."""
    return all(_has_no_day(rule) for rule in _rules(read_rule(text, timezone)))


def _has_no_day(rule: Any) -> bool:
    daily = rule.replace(
        **({"freq": _YEARLY} if rule._freq >= _DAILY else {}),
        dtstart=DEFAULT_START,
        interval=1,
        count=None,
        until=None,
        bysetpos=None,
        byhour=0,
        byminute=0,
        bysecond=0,
    )
    try:
        return not list(islice(within(_STEPS_TO_A_DAY, iter(daily)), 1))
    except TooManySteps:
        return True


def read_rule(text: str, timezone: str | None) -> Any:
    """Parse a rule, without its zone: its times are wall times.

    Raises any exception of dateutil for invalid text.
    """
    from dateutil.rrule import rruleset, rrulestr

    rule: Any = rrulestr(with_local_end(text, timezone), dtstart=DEFAULT_START)
    if not isinstance(rule, rruleset):
        return _on_wall_clock(rule)
    for kind in ("_rrule", "_exrule"):
        setattr(rule, kind, list(map(_on_wall_clock, getattr(rule, kind))))
    for kind in ("_rdate", "_exdate"):
        setattr(rule, kind, [moment.replace(tzinfo=None) for moment in getattr(rule, kind)])
    return rule


def _on_wall_clock(rule: Any) -> Any:
    start, end = rule._dtstart, rule._until
    if start.tzinfo is None:
        return rule
    return rule.replace(dtstart=start.replace(tzinfo=None), until=end and end.replace(tzinfo=None))


def _rules(rule: Any) -> list[Any]:
    return list(getattr(rule, "_rrule", [rule]))


def _entered_near(rule: Any, begin: datetime) -> Any:
    """Return *rule*, or each rule of a set, with its start moved to one of its times near *begin*."""
    from dateutil.rrule import rruleset

    if not isinstance(rule, rruleset):
        return _started_near(rule, begin)
    of_set: Any = rule
    for kind in ("_rrule", "_exrule"):
        setattr(of_set, kind, [_started_near(each, begin) for each in getattr(of_set, kind)])
    return of_set


def _started_near(rule: Any, begin: datetime) -> Any:
    if rule._count is not None or rule._dtstart >= begin:
        return rule
    return rule.replace(dtstart=_start_near(rule, begin))


def _start_near(rule: Any, begin: datetime) -> datetime:
    start: datetime = rule._dtstart
    unit = _SECONDS.get(rule._freq)
    if unit is not None:
        every = unit * rule._interval
        return start + timedelta(seconds=int((begin - start).total_seconds()) // every * every)
    years = rule._interval if rule._freq == _YEARLY else lcm(rule._interval, 12) // 12
    ahead = max(begin.year - 1 - start.year, 0)
    return start.replace(year=start.year + ahead // years * years) if start.day <= 28 else start


_STARTED = re.compile(r"DTSTART:(\d{8}T\d{6})\n(.*)", re.DOTALL)
_FREQUENT = re.compile(r"FREQ=(SECONDLY|MINUTELY)", re.IGNORECASE)
_EVERY = re.compile(r"INTERVAL=(\d+)", re.IGNORECASE)


def without_default_start(rrule: str) -> str:
    """Return a recurrence rule without the default start, the beginning of 2020.

    Servers add it; for rules of seconds or minutes, they add a later start in the same rhythm.
    """
    match = _STARTED.fullmatch(rrule)
    if match is None or "DTSTART" in match[2].upper():
        return rrule
    try:
        start = datetime.strptime(match[1], _FORM)
    except ValueError:
        return rrule
    return match[2] if start == DEFAULT_START or _is_in_beat(match[2], start) else rrule


def _is_in_beat(rule: str, start: datetime) -> bool:
    frequent = _FREQUENT.search(rule)
    if frequent is None or "COUNT=" in rule.upper() or "\n" in rule.strip():
        return False
    every = _EVERY.search(rule)
    beat = (int(every[1]) if every else 1) * (1 if frequent[1].upper() == "SECONDLY" else 60)
    return start > DEFAULT_START and (start - DEFAULT_START).total_seconds() % beat == 0
