"""Where each value of a tree was written: a shadow of the data, as small as it can be.

A scalar's place is the index of its first character. A mapping or a list has a location of its own with the
places of its children, in the order of the values. Where an alias or a merge key brings a value in, an
`AliasLocation` holds both ends: the characters that borrow, and the place that was borrowed. Where another
part of the project brings it in, a `LayerLocation` says which, and what it replaced.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, MutableSequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from syntask_yaml.source import Source


def _numbers() -> MutableSequence[int]:
    """No numbers yet: of a list, each would be an object of its own, seven times as large."""
    return array("I")


@dataclass(slots=True, eq=False)
class MappingLocation:
    """The place of a mapping: the first characters of its *keys*, and the places of its values.

    *order* is the place of each key in both; mappings of the same keys share one.
    *pairs* are what merge keys bring into a mapping and what it holds itself, as PyYAML 6.0.4 lists them,
    once that is needed.
    """

    start: int
    keys: MutableSequence[int] = field(default_factory=_numbers)
    children: list[Location] = field(default_factory=list)
    order: Mapping[str, int] = field(default_factory=dict)
    pairs: list[Pair] | None = None


@dataclass(slots=True, eq=False)
class SequenceLocation:
    """The place of a list, with the places of its items."""

    start: int
    children: list[Location] = field(default_factory=list)


class AliasLocation(NamedTuple):
    """The place of what an alias or a merge key at *start* brings in."""

    start: int
    origin: Location


class LayerLocation(NamedTuple):
    """The place of a value in a *layer* of the project, such as `defaults`, which may be another file.

    *origin* is its place in *source*. *replaced* are the values of other layers that it counts instead of,
    the nearest first.
    """

    source: Source
    origin: Location
    layer: str
    replaced: tuple[Replaced, ...] = ()


class Replaced(NamedTuple):
    """A value that one of another layer replaced, and where it was written."""

    value: Any
    location: LayerLocation


# A key, its first character, and its value.
Pair: TypeAlias = tuple[str, int, Any]

Written: TypeAlias = int | MappingLocation | SequenceLocation
Location: TypeAlias = Written | AliasLocation | LayerLocation


def written(location: Location) -> Written:
    """Return the place of the value where it was written."""
    while isinstance(location, (AliasLocation, LayerLocation)):
        location = location.origin
    return location


def start_of(location: Location) -> int:
    """Return the first character of the value as it was written."""
    place = written(location)
    return place if isinstance(place, int) else place.start


def starts_in(location: Location) -> Iterator[int]:
    """Yield where each key and each value in *location* begins, in the one source of a document."""
    while isinstance(location, (AliasLocation, LayerLocation)):
        if isinstance(location, AliasLocation):
            yield location.start
        location = location.origin
    yield start_of(location)
    if isinstance(location, MappingLocation):
        yield from location.keys
    if not isinstance(location, int):
        for child in location.children:
            yield from starts_in(child)
