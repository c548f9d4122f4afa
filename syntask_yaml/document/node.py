"""A value in a document, with its path and its location."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from syntask_yaml.diagnostics import Diagnostic, Path, Severity
from syntask_yaml.document.location import (
    AliasLocation,
    LayerLocation,
    Location,
    MappingLocation,
    SequenceLocation,
    Written,
    start_of,
)
from syntask_yaml.source import Source, Span

# Anchors and tags, on the line of their value, or on lines above it.
_PREFIX = re.compile(r"(?:[&!]\S*[ ]+)*")
_PREFIX_ABOVE = re.compile(r"(?:[&!]\S*\s+(?:\#.*\s+)*)*")
_TOKEN = re.compile(
    r"""'(?:[^'\n]|'')*' | "(?:[^"\\\n]|\\.)*"
      | [^\s,\[\]{}][^\n,\]}]*?(?=\s*(?:[,\]}\n]|:\s|\s\#|$)) | [\[{]?""",
    re.X,
)
_QUOTED = re.compile(r"'(?:[^']|'')*'" + r'|"(?:[^"\\]|\\.)*"', re.DOTALL)


class Place(NamedTuple):
    """The place of a node: *location* in *source*, and its *path* from the root.

    *used* is the position of the alias or merge key that refers to it, *key* that of its key.
    """

    source: Source
    location: Location
    path: Path = ()
    used: int | None = None
    key: int | None = None


class Node:
    """A view of one value: the plain *value*, its *path* from the root, and its *location*.

    Nodes are created during traversal, so that a document of a million values needs no million nodes. They
    are immutable. Most are used for their value only, so the place is computed on demand.
    """

    __slots__ = ("_place", "value")

    def __init__(
        self,
        value: Any,
        source: Source,
        location: Location,
        path: Path = (),
        used: int | None = None,
        key: int | None = None,
    ) -> None:
        self.value = value
        # Or the parent and the step from it, until the place is computed.
        self._place: Place | tuple[Node, str | int] = Place(source, location, path, used, key)

    def get(self, step: str | int) -> Node | None:
        """Return the child at a key or an index; None if there is none."""
        if isinstance(self.value, dict):
            if step not in self.value:
                return None
        elif not (isinstance(self.value, list) and isinstance(step, int)) or not 0 <= step < len(self.value):
            return None
        return self._child(step, self.value[step])  # type: ignore[index]  # narrowed above

    def children(self) -> Iterator[Node]:
        """Yield the values of a mapping, or the items of a list, in source order."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield self._child(key, value)
        elif isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield self._child(index, value)

    def each(self) -> Iterator[Node]:
        """Yield the items of a list, or the node itself, for values that may be one or several."""
        if isinstance(self.value, list):
            yield from self.children()
        else:
            yield self

    def each_of(self, step: str | int) -> Iterator[Node]:
        """Yield the nodes of `each` below *step*; none if it is missing."""
        child = self.get(step)
        if child is not None:
            yield from child.each()

    def at(self, path: Path) -> Node:
        """Return the node at *path* below this one, or the deepest existing one on the way to it."""
        node = self
        for step in path:
            child = node.get(step)
            if child is None:
                break
            node = child
        return node

    def with_value(self, value: Any) -> Node:
        """Return the node with another *value* and the same place."""
        return _node(value, self.place)

    def moved(self, path: Path) -> Node:
        """Return the node with another *path*."""
        return _node(self.value, self.place._replace(path=path))

    def in_source(self, source: Source) -> Node:
        """Return the node with another *source*."""
        return _node(self.value, self.place._replace(source=source))

    def _child(self, step: str | int, value: Any) -> Node:
        child = Node.__new__(Node)
        child.value, child._place = value, (self, step)
        return child

    @property
    def place(self) -> Place:
        """The place of the node."""
        place = self._place
        if not isinstance(place, Place):
            above, step = place
            place = self._place = _place_below(above.place, step)
        return place

    @property
    def source(self) -> Source:
        return self.place.source

    @property
    def location(self) -> Location:
        return self.place.location

    @property
    def path(self) -> Path:
        return self.place.path

    @property
    def used(self) -> int | None:
        return self.place.used

    @property
    def key(self) -> int | None:
        return self.place.key

    @property
    def span(self) -> Span:
        """The span of the value."""
        place = self.place
        return token(place.source, start_of(place.location), self.value)

    @property
    def used_span(self) -> Span | None:
        """The span of the alias or merge key that refers to the value; None if it is written in place."""
        return None if self.used is None else token(self.source, self.used)

    @property
    def key_span(self) -> Span:
        """The span of the key; for items of a list, of the value."""
        return self.span if self.key is None else token(self.source, self.key, self.path[-1])

    def problem(self, code: str, detail: str, hint: str = "", *, at_key: bool = False) -> Diagnostic:
        """Return a diagnostic about this value, or about its key."""
        span = self.key_span if at_key else self.span
        return Diagnostic(code, detail, hint, Severity.ERROR, span, self.used_span, self.path)

    def note(self, code: str, detail: str) -> Diagnostic:
        """Return a note about this value."""
        return Diagnostic(code, detail, "", Severity.NOTE, self.span, self.used_span, self.path)

    def part(self, text: str) -> Span:
        """Return the span of *text* inside a scalar; of the whole scalar if it cannot be found."""
        start = _begin(self.source, start_of(self.location), self.value)
        quoted = _QUOTED.match(self.source.text, start)
        # Folding and indentation make the source longer than the value.
        end = quoted.end() if quoted else start + 4 * len(str(self.value)) + 400
        pattern = re.compile(r"\s+".join(map(re.escape, text.split())))
        found = pattern.search(self.source.text, start, end)
        return Span(self.source, *found.span()) if found else self.span


def _node(value: Any, place: Place) -> Node:
    node = Node.__new__(Node)
    node.value, node._place = value, place
    return node


def _place_below(above: Place, step: str | int) -> Place:
    """Return the place of the child *step* of the node at *above*."""
    branch, used, source = above.location, above.used, above.source
    while isinstance(branch, (AliasLocation, LayerLocation)):
        if used is None and isinstance(branch, AliasLocation):
            used = branch.start
        branch = branch.origin
    location, key = _child_of(branch, step, above.key)
    origin = location
    if isinstance(location, LayerLocation):
        source, used, origin = location.source, None, location.origin
    if used is None and isinstance(origin, AliasLocation):
        used = origin.start
    return Place(source, location, (*above.path, step), used, key)


def _child_of(branch: Written, step: str | int, key: int | None) -> tuple[Location, int | None]:
    """Return the location of a child, and the position of its key; by default those of the container."""
    if isinstance(branch, MappingLocation):
        at = branch.order.get(step)  # type: ignore[arg-type]  # a list in its place has numbers
        return (branch.start, None) if at is None else (branch.children[at], branch.keys[at])
    if isinstance(branch, SequenceLocation):
        is_written = isinstance(step, int) and step < len(branch.children)
        return branch.children[step] if is_written else branch.start, None  # type: ignore[index]  # as above
    return branch, key  # a template resolved to a mapping


def token(source: Source, start: int, value: object = None) -> Span:
    """Return the span to underline for the value at *start*: one scalar, or one bracket.

    *value* is the value of the scalar, if known: a plain text ends at its end.
    """
    begin = _begin(source, start, value)
    if isinstance(value, list):
        return Span(source, begin, begin + 1)
    text = source.text
    if isinstance(value, str) and value and text[begin : begin + 1] not in "'\"":
        if text.startswith(value, begin):
            return Span(source, begin, begin + len(value))
        line, end, _rest = text[begin : begin + len(value)].partition("\n")
        if end and value.startswith(line.rstrip()):  # the rest is folded
            return Span(source, begin, begin + len(line.rstrip()))
    found = _TOKEN.match(text, begin)
    return Span(source, begin, found.end() if found else begin)


def _begin(source: Source, start: int, value: object) -> int:
    """Return the start of the value itself, after its anchor and tag."""
    pattern = _PREFIX if value is None or value == "" else _PREFIX_ABOVE
    prefix = pattern.match(source.text, start)
    return prefix.end() if prefix else start
