"""A mapping or a list of a document while it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syntask_yaml.document.location import Location, MappingLocation, SequenceLocation
from syntask_yaml.document.merging import Merge


@dataclass(slots=True, eq=False)
class OpenContainer:
    """A mapping or a list whose end has not been read yet.

    *key* is one that awaits its value. *size* and *height* count the values inside, and how deep they are
    nested. *merges* are what each merge key brings.
    """

    value: Any
    location: MappingLocation | SequenceLocation
    anchor: str | None
    size: int = 1
    height: int = 1
    key: str | None = None
    key_start: int = 0
    merge_start: int | None = None
    merges: list[list[Merge]] | None = None

    @property
    def awaits_key(self) -> bool:
        return self.key is None and type(self.value) is dict

    def put(self, key: str, value: Any, location: Location) -> None:
        """Put *value* under *key* of the mapping; a key that was there keeps its place in the order."""
        keys, children = self.location.keys, self.location.children  # type: ignore[union-attr]  # it has keys
        if key in self.value:
            at = list(self.value).index(key)
            keys[at], children[at] = self.key_start, location
        else:
            keys.append(self.key_start)
            children.append(location)
        self.value[key] = value

    def key_at(self, key: str) -> int:
        """Where *key* of the mapping was written."""
        at: int = self.location.keys[list(self.value).index(key)]  # type: ignore[union-attr]  # it has keys
        return at
