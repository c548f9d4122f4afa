"""Explain which part of a recurrence rule is invalid."""

from __future__ import annotations

import re
from collections.abc import Callable

_FREQUENCIES = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(rf"([+-]?\d+)?({'|'.join(_DAYS)})(\([+-]?\d+\))?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}(0[1-9]|1[0-2])([0-2]\d|3[01])(T([01]\d|2[0-3])[0-5]\d[0-5]\dZ?)?", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d{1,9}")
# The numbers that a part accepts. Negative ones count from the end of the month or year.
_RANGES = {
    "INTERVAL": (1, 10**9),
    "COUNT": (1, 10**9),
    "BYSECOND": (0, 59),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYMONTH": (1, 12),
    "BYSETPOS": (-366, 366),
    "BYEASTER": (-366, 366),
}
_DATES, _RULES = ("DTSTART", "RDATE", "EXDATE"), ("RRULE", "EXRULE")
_LONGEST = 40


def unreadable_rule(text: str) -> str:
    """Return why the *text* of a rule cannot be parsed: the problem of its first invalid part."""
    return wrong_part(text) or "Its parts do not fit together."


def wrong_part(text: str) -> str:
    """Return which part of a rule is invalid by itself, in a sentence; empty if none is."""
    for line in text.splitlines() or [""]:
        name, _, value = line.rpartition(":")
        kind = name.partition(";")[0].strip().upper() or "RRULE"
        if kind not in (*_DATES, *_RULES):
            return f"A rule has no line `{kind[:_LONGEST]}`."
        problem = _dates(kind, value) if kind in _DATES else _rule(value)
        if problem:
            return problem
    return ""


def _rule(text: str) -> str:
    parts = [part.strip().partition("=") for part in text.split(";")]
    for name, equals, value in parts:
        if not equals:
            return f"`{name[:_LONGEST]}` is not a part of a rule: parts are `NAME=VALUE`, separated by `;`."
        known = _PARTS.get(name.upper())
        if known is None:
            return f"A rule has no part `{name[:_LONGEST]}`."
        if problem := known(name.upper(), value):
            return problem
    return "" if any(name.upper() == "FREQ" for name, _, _ in parts) else "It has no `FREQ`."


def _wrong(name: str, value: str, expected: str) -> str:
    return f"`{name}` is `{value[:_LONGEST]}`; expected {expected}."


def _frequency(name: str, value: str) -> str:
    listed = ", ".join(f"`{each}`" for each in _FREQUENCIES)
    return "" if value.upper() in _FREQUENCIES else _wrong(name, value, f"one of {listed}")


def _days(name: str, value: str) -> str:
    wrong = (each for each in value.split(",") if not _DAY.fullmatch(each.strip()))
    return next((_wrong(name, each, "days such as `MO`, `FR` or `-1SU`") for each in wrong), "")


def _numbers(name: str, value: str) -> str:
    least, most = _RANGES[name]
    for each in value.split(","):
        is_number = _NUMBER.fullmatch(each.strip()) is not None
        if not is_number or not least <= int(each) <= most or (least < 0 and int(each) == 0):
            return _wrong(name, each, f"{least} to {most}{' without 0' if least < 0 else ''}")
    return ""


def _dates(name: str, value: str) -> str:
    wrong = (each for each in value.split(",") if not _DATE.fullmatch(each.strip()))
    return next((_wrong(name, each, "a date such as `20260131T090000`") for each in wrong), "")


_PARTS: dict[str, Callable[[str, str], str]] = {
    "FREQ": _frequency,
    "UNTIL": _dates,
    "WKST": _days,
    "BYDAY": _days,
    "BYWEEKDAY": _days,
    **dict.fromkeys(_RANGES, _numbers),
}
