"""Where each value of a tree was written: a shadow of the data, as small as it can be.

A scalar's place is the index of its first character. A mapping or a list has a `ContainerLocation` with the
places of its children. Where an alias or a merge key brings a value in, a `AliasLocation` place holds
both ends: the characters that borrow, and the place that was borrowed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(slots=True)
class ContainerLocation:
    """The place of a mapping or a list; *keys* are the first characters of a mapping's keys.

    *pairs* are what merge keys bring into a mapping and what it holds itself, as PyYAML 6.0.4 lists them,
    once that is needed.
    """

    start: int
    children: dict[str | int, Location] = field(default_factory=dict)
    keys: dict[str | int, int] = field(default_factory=dict)
    pairs: list[Pair] | None = None


@dataclass(frozen=True, slots=True)
class AliasLocation:
    """The place of what an alias or a merge key at *start* brings in."""

    start: int
    origin: Location


# A key, its first character, and its value.
Pair: TypeAlias = tuple[str, int, Any]

Location: TypeAlias = int | ContainerLocation | AliasLocation


def start_of(location: Location) -> int:
    """The first character of the value as it was written."""
    while isinstance(location, AliasLocation):
        location = location.origin
    return location if isinstance(location, int) else location.start
