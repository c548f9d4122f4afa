"""The location of each value of a tree: a shadow of the data that uses little memory.

The location of a scalar is the index of its first character. A mapping or a list has an object with the
locations of its children, in the order of the values. For a value from an alias or a merge key, an
`AliasLocation` has both the position of the alias and the location of the anchored value. For a value from
another part of the project, a `LayerLocation` has the layer and the values that it replaced.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from syntask_yaml.source import Source


def _numbers() -> MutableSequence[int]:
    """Return an empty array: a list would have one object for each number, seven times as large."""
    return array("I")


@dataclass(slots=True, eq=False)
class MappingLocation:
    """The location of a mapping: the first characters of its *keys*, and the locations of its values.

    *order* is the index of each key in both, shared by mappings with the same keys. *pairs* are the merged
    and own pairs of the mapping, as PyYAML 6.0.4 lists them, if they were needed.
    """

    start: int
    keys: MutableSequence[int] = field(default_factory=_numbers)
    children: Sequence[Location] = ()
    order: Mapping[str, int] = field(default_factory=dict)
    pairs: list[Pair] | None = None


@dataclass(slots=True, eq=False)
class SequenceLocation:
    """The location of a list, with the locations of its items."""

    start: int
    children: Sequence[Location] = ()


def compact(places: Sequence[Any]) -> Sequence[Location]:
    """Return *places* as an array of numbers, if all are those of scalars; else as they are."""
    try:
        return array("I", places)
    except TypeError:
        return places


class AliasLocation(NamedTuple):
    """The location of a value from an alias or a merge key at *start*."""

    start: int
    origin: Location


class LayerLocation(NamedTuple):
    """The location of a value in a *layer* of the project, such as `defaults`, which may be another file.

    *origin* is its location in *source*. *replaced* are the values of other layers that it replaced, nearest
    first.
    """

    source: Source
    origin: Location
    layer: str
    replaced: tuple[Replaced, ...] = ()


class Replaced(NamedTuple):
    """A value replaced by one of another layer, and its location."""

    value: Any
    location: LayerLocation


# A key, its first character, and its value.
Pair: TypeAlias = tuple[str, int, Any]

Written: TypeAlias = int | MappingLocation | SequenceLocation
Location: TypeAlias = Written | AliasLocation | LayerLocation


def written(location: Location) -> Written:
    """Return the location of the value where it is written."""
    while isinstance(location, (AliasLocation, LayerLocation)):
        location = location.origin
    return location


def start_of(location: Location) -> int:
    """Return the index of the first character of the value as written."""
    place = written(location)
    return place if isinstance(place, int) else place.start


def starts_in(location: Location) -> Iterator[int]:
    """Yield the start of each key and each value in *location*, in the only source of a document."""
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
