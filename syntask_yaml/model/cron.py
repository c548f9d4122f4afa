"""Cron expressions: what is wrong with one, and what is odd about it.

croniter reads them, as in the reference; the words are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_HASHED = re.compile(r"(?<![A-Za-z])[HR](?![A-Za-z])", re.IGNORECASE)
_PART = re.compile(r"(?P<low>\w+)-(?P<high>\w+)(?:/\d+)?", re.ASCII)
_NEAREST_WEEKDAY = re.compile(r"\d+W|W\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field by its *name*, and what can be written in it."""

    name: str
    accepts: str


LAST_YEAR = 2099
_FIELDS = (
    _Field("minute", "0 to 59"),
    _Field("hour", "0 to 23"),
    _Field("day of month", "1 to 31, or `L` for the last day"),
    _Field("month", "1 to 12, or `jan` to `dec`"),
    _Field("day of week", "0 to 7 (0 and 7 are Sunday), or `sun` to `sat`"),
    _Field("second", "0 to 59"),
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
    """Return what is wrong with a cron expression, in a sentence; None if nothing is."""
    if _HASHED.search(text):
        return "Hashed and random fields (`H`, `R`) are not supported."
    if _is_read(text):
        return None
    fields = text.split()
    if text.lstrip().startswith("@"):
        return "The alias is unknown: there are `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly`."
    if not _FEWEST <= len(fields) <= len(_FIELDS):
        return (
            f"It has {len(fields)} field{'' if len(fields) == 1 else 's'}; a cron expression has five: "
            "minute, hour, day of month, month, day of week (and a sixth for seconds)."
        )
    wrong = next((at for at in range(len(fields)) if not _is_read(_alone(fields, at))), None)
    if wrong is None:
        return "Its fields do not go together."
    field = _FIELDS[wrong]
    return f"The {field.name} field `{fields[wrong]}` is not valid: it takes {field.accepts}, {_SHAPES}."


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
    """Yield each range of a sound cron expression that begins where it ends, such as `3-3`.

    It means every value of its field. With the name of the field, and the one value.
    """
    for field, written in zip(_FIELDS, text.split(), strict=False):
        for part in written.split(","):
            match = _PART.fullmatch(part)
            if match and (_number(match["low"]), _number(match["high"])) in _SAME:
                yield part, field.name, match["low"]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _NUMBERS[text.lower()]


def has_nearest_weekday(text: str) -> bool:
    """Whether the expression asks for the weekday nearest to a day, as in `15W`."""
    fields = text.split()
    return len(fields) >= _FEWEST and _NEAREST_WEEKDAY.fullmatch(fields[2]) is not None


def has_year(text: str) -> bool:
    """Whether the expression has a seventh field, for years."""
    return len(text.split()) > _YEAR
