"""Events to a tree: plain data and, beside it, the places where it was written.

PyYAML delivers events; a stack turns them into values. Nothing recurses, so that deep nesting cannot cost
more than a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from syntask_yaml.document.aliases import Anchored, Anchors, aliased_key
from syntask_yaml.document.location import AliasLocation, Location, MappingLocation, SequenceLocation
from syntask_yaml.document.merging import merge_all, merges_of
from syntask_yaml.document.open_container import OpenContainer
from syntask_yaml.document.parser import Parser
from syntask_yaml.document.problems import TOO_DEEP, Problems
from syntask_yaml.document.scalars import (
    BESIDE_TEXT,
    BOOL,
    FLOAT,
    INT,
    MAP,
    MERGE,
    NULL,
    SEQ,
    STR,
    TAGS,
    implicit_tag,
)
from syntask_yaml.document.values import plain_value, tagged_value
from syntask_yaml.model.value import MAX_DEPTH

_KINDS = {INT: "a number", FLOAT: "a number", BOOL: "true or false", NULL: "null"}


class _MergeKey(str):
    """`<<` without quotes. With quotes it is a key like any other."""

    __slots__ = ()


_MERGE = _MergeKey("<<")


def build_tree(problems: Problems, parser: Any = Parser) -> tuple[Any, Location]:
    """The value that the source of *problems* holds, and its place; *parser* is one of PyYAML's classes.

    Raises Fatal, or what the parser raises, where reading cannot go on.
    """
    return _Builder(problems, parser).build()


class _Builder:
    """The stack machine: one `OpenContainer` for each container that the parser is inside of."""

    def __init__(self, problems: Problems, parser: Any) -> None:
        self._problems = problems
        self._parser = parser
        self._anchors = Anchors(problems)
        self._stack: list[OpenContainer] = []
        self._root: tuple[Any, Location] = (None, 0)
        self._documents = 0
        self._written = 0
        self._keys: dict[str, str] = {}
        self._orders: dict[tuple[str, ...], Mapping[str, int]] = {}

    def build(self) -> tuple[Any, Location]:
        handlers = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open,
            SequenceStartEvent: self._open,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }
        next_event = self._parser(self._problems.source.text).get_event
        while (kind := type(event := next_event())) is not StreamEndEvent:
            handler = handlers.get(kind)
            if handler is not None:
                handler(event)
        return self._root

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            detail = "A project file contains exactly one YAML document, and a second one starts here."
            hint = "Remove the `---` line, or move what follows into a separate file."
            raise self._problems.fatal("several-documents", detail, hint, event.start_mark.index)

    def _scalar(self, event: Any) -> None:
        start: int = event.start_mark.index
        stack = self._stack
        if stack and (top := stack[-1]).key is None and type(top.value) is dict:
            self._key(top, event, start)
            return
        text = event.value
        if event.implicit[0]:
            value = plain_value(text, start, self._problems) if text[:1] in BESIDE_TEXT else text
        elif event.tag is not None:
            value = tagged_value(text, event.tag, start, self._problems)
        else:
            value = text
        self._add(value, start, 1, event.anchor)

    def _key(self, top: OpenContainer, event: Any, start: int) -> None:
        key = self._keys.get(event.value) if event.implicit[0] else None
        if key is None:
            key = self._new_key(event, start)
        if event.anchor is not None:
            self._anchors.define(event.anchor, Anchored(key, start))
        self._expect_value(top, key, start)

    def _new_key(self, event: Any, start: int) -> str:
        """Check a key that was not met yet; what is in order is remembered, and has one text for all."""
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

    def _expect_value(self, top: OpenContainer, key: str, start: int) -> None:
        if key is _MERGE:
            if top.merge_start is not None:
                self._report_twice(key, top.merge_start, start)
            top.merge_start = start
        elif key in top.value:
            self._report_twice(key, top.key_at(key), start)
        top.key, top.key_start = key, start

    def _report_twice(self, key: str, first: int, start: int) -> None:
        line = self._problems.source.position(first)[0]
        hint = "Write `<<: [*one, *two]` to merge several." if key is _MERGE else "Keep one of them."
        detail = f"This mapping already has the key `{key}`, on line {line}. The last one applies."
        self._problems.report("duplicate-key", detail, hint, start)

    def _open(self, event: Any) -> None:
        start: int = event.start_mark.index
        stack = self._stack
        is_mapping = type(event) is MappingStartEvent
        if stack and stack[-1].awaits_key:
            kind = "a mapping" if is_mapping else "a list"
            hint = "Quote the whole value. Templates (`{{ … }}`) require quotes."
            raise self._problems.fatal(
                "key-not-text", f"A key must be text, and this one is {kind}.", hint, start
            )
        if len(stack) >= MAX_DEPTH:
            raise self._problems.fatal("too-deep", *TOO_DEEP, start)
        if event.tag not in (None, "!", MAP if is_mapping else SEQ):
            self._problems.report_tag(event.tag, start)
        if is_mapping:
            stack.append(OpenContainer({}, MappingLocation(start), event.anchor))
        else:
            stack.append(OpenContainer([], SequenceLocation(start), event.anchor))

    def _close(self, _event: Any) -> None:
        done = self._stack.pop()
        location = done.location
        if isinstance(location, MappingLocation):
            if done.merges:
                merge_all(done.value, location, done.merges, self._problems)
            location.order = self._order_of(done.value)
        self._add(done.value, location, done.size, done.anchor, done.height)

    def _order_of(self, value: Mapping[str, Any]) -> Mapping[str, int]:
        keys = tuple(value)
        order = self._orders.get(keys)
        if order is None:
            order = self._orders[keys] = {key: at for at, key in enumerate(keys)}
        return order

    def _alias(self, event: Any) -> None:
        start: int = event.start_mark.index
        stack = self._stack
        around = (container.anchor for container in stack)
        found = self._anchors.borrow(event.anchor, start, written=self._written, around=around)
        if stack and stack[-1].awaits_key:
            key = aliased_key(event.anchor, found, start, self._problems)
            self._expect_value(stack[-1], key, start)
            return
        if len(stack) + found.height > MAX_DEPTH:
            raise self._problems.fatal("too-deep", *TOO_DEEP, start)
        self._add(found.value, AliasLocation(start, found.location), found.size, None, found.height)

    def _add(self, value: Any, location: Location, size: int, anchor: str | None, height: int = 0) -> None:
        """Put a finished value where it belongs: under the awaiting key, into the list, or at the root."""
        self._written += 1
        if anchor is not None:
            self._anchors.define(anchor, Anchored(value, location, size, height))
        if not self._stack:
            self._root = value, location
            return
        top = self._stack[-1]
        top.size += size
        key = top.key
        if key is _MERGE:
            top.merges = top.merges or []
            top.merges.append(merges_of(value, location, top.key_start, self._problems))
            top.height = max(top.height, height)
            top.key = None
            return
        if height >= top.height:
            top.height = height + 1
        if key is None:
            top.value.append(value)
            top.location.children.append(location)
        else:
            top.put(key, value, location)
            top.key = None
