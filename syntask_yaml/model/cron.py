"""Check cron expressions: errors, and surprising parts.

croniter parses them, as in the reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_HASHED = re.compile(r"(?<![A-Za-z])[HR](?![A-Za-z])", re.IGNORECASE)
_PART = re.compile(r"(?P<low>\w+)-(?P<high>\w+)(?:/\d+)?", re.ASCII)
_STEP = re.compile(r"(?:\*|(?P<low>\w+)(?:-(?P<high>\w+))?)/(?P<step>\d+)", re.ASCII)
_EVERY = re.compile(r"\?|\*(?:/0*1)?")
_NEAREST_WEEKDAY = re.compile(r"\d+W|W\d+", re.IGNORECASE)


class _Field(NamedTuple):
    """A field of a cron expression: *size* values from *low* on.

    *anew* names the point where the values start again. A *unit* is one value, of *seconds* seconds.
    """

    name: str
    accepts: str
    low: int = 0
    size: int = 0
    anew: str = ""
    unit: str = ""
    seconds: int = 0


LAST_YEAR = 2099
_DAYS_OF_MONTH = "1 to 31, or `L` for the last day"
_DAYS_OF_WEEK = "0 to 7 (0 and 7 are Sunday), or `sun` to `sat`"
_FIELDS = (
    _Field("minute", "0 to 59", 0, 60, "at minute 0 of each hour", "minutes", 60),
    _Field("hour", "0 to 23", 0, 24, "at midnight", "hours", 3600),
    _Field("day of month", _DAYS_OF_MONTH, 1, 31, "on day 1 of each month", "days", 86400),
    _Field("month", "1 to 12, or `jan` to `dec`", 1, 12, "in January", "months"),
    _Field("day of week", _DAYS_OF_WEEK, 0, 7, "on Sunday", "days", 86400),
    _Field("second", "0 to 59", 0, 60, "at second 0 of each minute", "seconds", 1),
    _Field("year", f"1970 to {LAST_YEAR}"),
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_DAYS = "sun mon tue wed thu fri sat"
_NUMBERS = {
    **{name: number for number, name in enumerate(_MONTHS.split(), start=1)},
    **{name: number for number, name in enumerate(_DAYS.split())},
}
# Sunday has two numbers.
_SAME = frozenset({(7, 0), *((number, number) for number in range(60))})
_FEWEST = 5
_YEAR = 6
_SHAPES = "a list (`1,2`), a range (`1-5`) or a step (`*/2`)"


@lru_cache(maxsize=4096)
def cron_problem(text: str) -> str | None:
    """Return why a cron expression is invalid, in a sentence; None if it is valid."""
    if _HASHED.search(text):
        return "Hashed and random fields (`H`, `R`) are not supported."
    if _is_read(text):
        return None
    fields = text.split()
    if text.lstrip().startswith("@"):
        return (
            "The alias is unknown. Available aliases: `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`."
        )
    if not _FEWEST <= len(fields) <= len(_FIELDS):
        return (
            f"It has {len(fields)} field{'' if len(fields) == 1 else 's'}; a cron expression has "
            "five: minute, hour, day of month, month and day of week (and optionally a sixth for "
            "seconds)."
        )
    wrong = next((at for at in range(len(fields)) if not _is_read(_alone(fields, at))), None)
    if wrong is None:
        return "Its fields contradict each other."
    field = _FIELDS[wrong]
    return f"The {field.name} field `{fields[wrong]}` is not valid; expected {field.accepts}, {_SHAPES}."


def _alone(fields: list[str], at: int) -> str:
    return " ".join(field if place == at else "*" for place, field in enumerate(fields))


def _is_read(text: str) -> bool:
    from croniter import croniter

    try:
        croniter.expand(text)
    except Exception:  # noqa: BLE001  (whatever it raises, it does not read the text)
        return False
    return True


def full_ranges(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the ranges of a valid cron expression that start and end at one value, such as `3-3`.

    croniter takes such a range for every value of the field. Each item has the field's name and the value.
    """
    for field, written in zip(_FIELDS, text.split(), strict=False):
        for part in written.split(","):
            match = _PART.fullmatch(part)
            if match and (_number(match["low"]), _number(match["high"])) in _SAME:
                yield part, field.name, match["low"]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _NUMBERS[text.lower()]


class UnevenStep(NamedTuple):
    """A step, as *written*, that does not divide the size of its field; *values* are the resulting values.

    *seconds* is the interval that was probably meant; 0 if other fields restrict or repeat its times, so that
    no interval can replace it. *is_at_a_time*: it fires at a fixed time of the hour or day.
    """

    written: str
    anew: str
    every: str
    values: str
    seconds: int
    is_at_a_time: bool


def uneven_steps(text: str) -> Iterator[UnevenStep]:
    """Yield the steps of a valid cron expression whose last interval in a field is shorter than the others.

    A range that ends earlier, or starts later than after one step, is assumed to be intended. A step that is
    longer than its field has no effect: `*/90` fires once an hour.
    """
    fields = list(zip(_FIELDS, text.split(), strict=False))
    for field, written in fields:
        match = _STEP.fullmatch(written) if field.size else None
        if match is None:
            continue
        step, end = int(match["step"]), field.low + field.size - 1
        first = _number(match["low"] or str(field.low))
        goes_on = first < field.low + step and _number(match["high"] or str(end)) >= end
        is_often = first + step <= end or step > field.size
        if goes_on and is_often and field.size % step:
            others = [(_is_finer(other, field), value) for other, value in fields if other is not field]
            is_alone = all(value.isdecimal() if finer else is_every(value) for finer, value in others)
            yield UnevenStep(
                written,
                field.anew,
                f"{step} {field.unit}",
                values=",".join(map(str, range(first, end + 1, step))),
                seconds=step * field.seconds if is_alone else 0,
                is_at_a_time=any(finer for finer, _ in others),
            )


def _is_finer(field: _Field, other: _Field) -> bool:
    return 0 < field.seconds < other.seconds


def is_every(written: str) -> bool:
    """Return whether a field of a cron expression, as *written*, matches every value."""
    return _EVERY.fullmatch(written) is not None


def starred_day(text: str) -> str | None:
    """Return the day field of a valid cron expression that starts with `*/`, if both day fields are given.

    Debian's cron and cronie then require days that match both fields, as in `0 6 1-7 * */7`, the first Sunday
    of the month; croniter and Prefect accept days that match either.
    """
    fields = text.split()
    days = (fields[2], fields[4]) if len(fields) >= _FEWEST else ()
    if any(is_every(day) for day in days):
        return None
    return next((day for day in days if day.startswith("*")), None)


def has_nearest_weekday(text: str) -> bool:
    """Return whether the expression uses the weekday nearest to a day, as in `15W`."""
    fields = text.split()
    return len(fields) >= _FEWEST and _NEAREST_WEEKDAY.fullmatch(fields[2]) is not None


def has_year(text: str) -> bool:
    """Return whether the expression has a seventh field, for years."""
    return len(text.split()) > _YEAR
