"""Build a tree from events: plain data and, in parallel, its locations.

PyYAML produces events, and each method reads the construct that one of them begins. Nesting is limited to
`MAX_DEPTH` to bound the time.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from syntask_yaml.document.aliases import Anchored, Anchors, aliased_key
from syntask_yaml.document.location import AliasLocation, Location, MappingLocation, SequenceLocation, compact
from syntask_yaml.document.merging import Merge, check_quoted, merge_all, merges_of
from syntask_yaml.document.parser import Parser
from syntask_yaml.document.problems import TOO_DEEP, Fatal, Problems
from syntask_yaml.document.scalars import (
    BOOL,
    FLOAT,
    INT,
    MAP,
    MERGE,
    NULL,
    SEQ,
    STR,
    TAGS,
    Scalar,
    implicit_tag,
)
from syntask_yaml.document.values import plain_value, tagged_value
from syntask_yaml.model.value import MAX_DEPTH

_KINDS = {INT: "a number", FLOAT: "a number", BOOL: "true or false", NULL: "null"}


class _MergeKey(str):
    """An unquoted `<<`. Quoted, it is an ordinary key."""

    __slots__ = ()


_MERGE = _MergeKey("<<")


def build_tree(problems: Problems, parser: Any = Parser) -> tuple[Any, Location]:
    """Return the value of the source of *problems*, and its location; *parser* is one of PyYAML's classes.

    Raises Fatal, or errors of the parser, if reading cannot continue.
    """
    return _Builder(problems, parser).build()


class _Builder:
    """Reads the events of one text.

    *around* are the anchors of the values being read. *written* counts the values so far, *borrowed* the
    additional ones through aliases. *deepest* is the deepest level in the current anchor. *merging* counts
    the merge keys around the current value.
    """

    def __init__(self, problems: Problems, parser: Any) -> None:
        self._problems = problems
        self._next_event = parser(problems.source.text).get_event
        self._anchors = Anchors(problems)
        self._around: list[str] = []
        self._written = 0
        self._borrowed = 0
        self._deepest = 0
        self._merging = 0
        self._keys: dict[str, str] = {}
        self._orders: dict[tuple[str, ...], Mapping[str, int]] = {}

    def build(self) -> tuple[Any, Location]:
        root: tuple[Any, Location] = (None, 0)
        documents = 0
        while not isinstance(event := self._next_event(), StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._second_document(event)
            elif isinstance(event, NodeEvent):
                root = self._value(event, 0)
        return root

    def _second_document(self, event: Any) -> Fatal:
        detail = "A project file contains exactly one YAML document, and a second one starts here."
        hint = "Remove the `---` line, or move what follows into a separate file."
        return self._problems.fatal("several-documents", detail, hint, event.start_mark.index)

    def _value(self, event: Any, level: int) -> tuple[Any, Location]:
        """Return the value that *event* begins, at the depth *level*."""
        start: int = event.start_mark.index
        kind = type(event)
        if kind is ScalarEvent:
            value = self._scalar(event, start)
            self._written += 1
            if event.anchor is not None:
                self._anchors.define(event.anchor, Anchored(value, start))
            return value, start
        if kind is AliasEvent:
            return self._alias(event.anchor, start, level)
        if level >= MAX_DEPTH:
            raise self._problems.fatal("too-deep", *TOO_DEEP, start)
        if event.anchor is None:
            return self._container(event, start, level + 1)
        return self._anchored(event, start, level + 1)

    def _scalar(self, event: Any, start: int) -> Scalar:
        text: str = event.value
        if event.implicit[0]:
            return plain_value(text, start, self._problems)
        return text if event.tag is None else tagged_value(text, event.tag, start, self._problems)

    def _alias(self, name: str, start: int, level: int) -> tuple[Any, Location]:
        found = self._anchors.borrow(name, start, written=self._written, around=self._around)
        self._written += 1
        self._borrowed += found.size - 1
        if level + found.height > MAX_DEPTH:
            raise self._problems.fatal("too-deep", *TOO_DEEP, start)
        self._deepest = max(self._deepest, level + found.height)
        return found.value, AliasLocation(start, found.location)

    def _anchored(self, event: Any, start: int, level: int) -> tuple[Any, Location]:
        """Return the mapping or list that *event* begins, and register its anchor."""
        above, self._deepest = self._deepest, level
        before = self._written + self._borrowed
        self._around.append(event.anchor)
        value, location = self._container(event, start, level)
        self._around.pop()
        size = self._written + self._borrowed - before
        self._anchors.define(event.anchor, Anchored(value, location, size, self._deepest - level + 1))
        self._deepest = max(self._deepest, above)
        return value, location

    def _container(self, event: Any, start: int, level: int) -> tuple[Any, Location]:
        """Return the mapping or list that *event* begins, at the depth *level*."""
        is_mapping = type(event) is MappingStartEvent
        if event.tag not in (None, "!", MAP if is_mapping else SEQ):
            self._problems.report_tag(event.tag, start)
        self._deepest = max(self._deepest, level)
        found = self._mapping(start, level) if is_mapping else self._list(start, level)
        self._written += 1
        if isinstance(found[1], MappingLocation) and event.anchor is None and not self._merging:
            found[1].pairs = None  # nothing can merge it
        return found

    def _list(self, start: int, level: int) -> tuple[list[Any], Location]:
        value: list[Any] = []
        children: list[Location] = []
        while type(event := self._next_event()) is not SequenceEndEvent:
            item, place = self._value(event, level)
            value.append(item)
            children.append(place)
        return value, SequenceLocation(start, compact(children))

    def _mapping(self, start: int, level: int) -> tuple[dict[str, Any], Location]:
        value: dict[str, Any] = {}
        keys: list[int] = []
        children: list[Location] = []
        merges: dict[int, list[Merge]] = {}
        next_event, known = self._next_event, self._keys
        while type(event := next_event()) is not MappingEndEvent:
            key_start: int = event.start_mark.index
            is_usual = type(event) is ScalarEvent and event.tag is None and event.anchor is None
            key = (known.get(event.value) if is_usual else None) or self._key(event, key_start)
            if key is _MERGE:
                if merges:
                    self._report_twice(key, max(merges), key_start)
                merges[key_start] = self._merge(key_start, level)
                continue
            at = self._place_before(key, key_start, value, keys) if key in value else None
            value[key], place = self._value(next_event(), level)
            if at is None:
                keys.append(key_start)
                children.append(place)
            else:
                keys[at], children[at] = key_start, place
        if _MERGE in value:
            check_quoted(value[_MERGE], keys[list(value).index(_MERGE)], self._problems)
        location = MappingLocation(start, array("I", keys), compact(children))
        if merges:
            merge_all(value, location, list(merges.values()), self._problems)
        location.order = self._order_of(value)
        return value, location

    def _merge(self, key_start: int, level: int) -> list[Merge]:
        """Return the mappings of a merge key, and count their depth."""
        above, self._deepest = self._deepest, level
        self._merging += 1
        value, location = self._value(self._next_event(), level)
        self._merging -= 1
        self._deepest = max(self._deepest - 1, above)
        return merges_of(value, location, key_start, self._problems)

    def _order_of(self, value: Mapping[str, Any]) -> Mapping[str, int]:
        keys = tuple(value)
        order = self._orders.get(keys)
        if order is None:
            order = self._orders[keys] = {key: at for at, key in enumerate(keys)}
        return order

    def _key(self, event: Any, start: int) -> str:
        """Return the text of the key at *start*, which is new or not a plain text."""
        kind = type(event)
        if kind is AliasEvent:
            found = self._anchors.borrow(event.anchor, start, written=self._written, around=self._around)
            return aliased_key(event.anchor, found, start, self._problems)
        if kind is not ScalarEvent:
            shown = "a mapping" if kind is MappingStartEvent else "a list"
            detail = f"A key must be text, and this one is {shown}."
            hint = "Quote the whole value. Templates (`{{ … }}`) require quotes."
            raise self._problems.fatal("key-not-text", detail, hint, start)
        key = self._new_key(event, start)
        if event.anchor is not None:
            self._anchors.define(event.anchor, Anchored(key, start))
        return key

    def _new_key(self, event: Any, start: int) -> str:
        """Check the key at *start*; valid keys are cached, as one text for all."""
        key: str = event.value
        tag = implicit_tag(key) if event.implicit[0] else event.tag or STR
        if tag == MERGE:
            return _MERGE
        if tag in _KINDS:
            self._report_key(key, tag, start)
        elif tag not in TAGS and not event.implicit[0]:
            self._problems.report_tag(tag, start)
        elif event.implicit[0]:
            self._keys[key] = key
        return key

    def _report_key(self, key: str, tag: str, start: int) -> None:
        detail = f"The unquoted key `{key}` is {_KINDS[tag]}, and keys must be text."
        self._problems.report("key-not-text", detail, f'Write `"{key}"`.', start)

    def _place_before(self, key: str, start: int, value: Mapping[str, Any], keys: list[int]) -> int:
        """Return the index of the duplicate *key* at *start* in the order of the mapping."""
        at = list(value).index(key)
        self._report_twice(key, keys[at], start)
        return at

    def _report_twice(self, key: str, first: int, start: int) -> None:
        line = self._problems.source.position(first)[0]
        hint = "Write `<<: [*one, *two]` to merge several." if key is _MERGE else "Keep one of them."
        detail = f"This mapping already has the key `{key}`, on line {line}. The last one applies."
        self._problems.report("duplicate-key", detail, hint, start)
