"""The concrete syntax tree of a YAML text: the position, style and anchor of each key and value.

The reader returns the meaning of a text; an edit also needs its notation. Aliases are not followed: they are
part of the notation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from syntask_yaml.document.parser import Parser, collection_paused

BLANK = re.compile(r"(?:\s|#[^\r\n\x85\u2028\u2029]*)*")
_PREFIX = re.compile(r"(?:[&!]\S*(?:\s|\s#[^\r\n\x85\u2028\u2029]*)*)*")


@dataclass(slots=True)
class ConcreteNode:
    """A key or a value: the characters from *start*, including its anchor or tag, to *end*.

    *body* is the start of the value itself, *column* its indentation. *is_flow* distinguishes flow from block
    style.
    """

    start: int
    end: int
    body: int
    column: int
    anchor: str | None = None
    is_tagged: bool = False
    is_flow: bool = False


@dataclass(slots=True)
class ScalarNode(ConcreteNode):
    """A scalar. *style* is its quote, `|` or `>`; empty for a plain one."""

    text: str = ""
    style: str = ""

    @property
    def is_merge_key(self) -> bool:
        return self.text == "<<" and not self.style and not self.is_tagged


@dataclass(slots=True)
class AliasNode(ConcreteNode):
    """`*name`, and the value that it refers to."""

    name: str = ""
    target: ConcreteNode | None = None


@dataclass(slots=True)
class MappingNode(ConcreteNode):
    """Keys and values, in source order."""

    pairs: list[tuple[ConcreteNode, ConcreteNode]] = field(default_factory=list)


@dataclass(slots=True)
class SequenceNode(ConcreteNode):
    """Items, in source order."""

    items: list[ConcreteNode] = field(default_factory=list)


@dataclass(slots=True)
class ConcreteTree:
    """The tree of a text. *end* is the end of the document: at `...`, or of the text.

    *anchors* are the anchored values, *aliases* the aliases, both in source order.
    """

    text: str
    root: ConcreteNode | None = None
    end: int = 0
    anchors: list[ConcreteNode] = field(default_factory=list)
    aliases: list[AliasNode] = field(default_factory=list)


def read_tree(text: str) -> ConcreteTree:
    """Return the tree of *text*, which is valid and has no byte order mark."""
    with collection_paused():
        return _TreeReader(text).read()


def below(node: ConcreteNode) -> Iterator[ConcreteNode]:
    """Yield the direct children of *node*."""
    if isinstance(node, MappingNode):
        yield from (value for _, value in node.pairs)
    elif isinstance(node, SequenceNode):
        yield from node.items


def key_of(key: ConcreteNode) -> str | None:
    """Return the text of a key; None for a merge key."""
    if isinstance(key, AliasNode):
        return key_of(key.target) if key.target is not None else None
    return key.text if isinstance(key, ScalarNode) and not key.is_merge_key else None


def child(node: ConcreteNode, step: str | int) -> ConcreteNode | None:
    """Return the value at a key or an index of *node*; the last one of equal keys."""
    if isinstance(node, MappingNode):
        return next((value for key, value in reversed(node.pairs) if key_of(key) == step), None)
    if isinstance(node, SequenceNode) and isinstance(step, int):
        return node.items[step] if step < len(node.items) else None
    return None


class _TreeReader:
    def __init__(self, text: str) -> None:
        self._tree = ConcreteTree(text, end=len(text))
        self._stack: list[tuple[ConcreteNode, ConcreteNode | None]] = []
        self._key: ConcreteNode | None = None
        self._known: dict[str, ConcreteNode] = {}

    def read(self) -> ConcreteTree:
        handlers = {
            ScalarEvent: self._scalar,
            AliasEvent: self._alias,
            MappingStartEvent: self._open,
            SequenceStartEvent: self._open,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            DocumentEndEvent: self._end,
        }
        next_event = Parser(self._tree.text).get_event
        while (kind := type(event := next_event())) is not StreamEndEvent:
            handler = handlers.get(kind)
            if handler is not None:
                handler(event)
        return self._tree

    def _end(self, event: Any) -> None:
        if event.explicit:
            self._tree.end = event.start_mark.index

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        target = self._known.get(event.anchor)
        alias = AliasNode(start, end, start, event.start_mark.column, name=event.anchor, target=target)
        self._tree.aliases.append(alias)
        self._add(alias)

    def _scalar(self, event: Any) -> None:
        start, end, column = event.start_mark.index, event.end_mark.index, event.start_mark.column
        body = min(self._body(event), end)
        style, is_tagged = event.style or "", event.tag is not None
        if style in ("|", ">"):
            end = self._end_of_block(body, end)
        scalar = ScalarNode(start, end, body, column, event.anchor, is_tagged, text=event.value, style=style)
        self._add(scalar)

    def _body(self, event: Any) -> int:
        start: int = event.start_mark.index
        if event.anchor is None and event.tag is None:
            return start
        found = _PREFIX.match(self._tree.text, start)
        return found.end() if found else start

    def _end_of_block(self, body: int, end: int) -> int:
        """Return the end of the last line that belongs to a block scalar, without its line break."""
        text = self._tree.text[body:end].rstrip(" ")
        header = re.match(r"\S*", text)
        keeps = header is not None and "+" in header[0]
        return body + len(re.sub(r"(?:\r\n|[\n\r])\Z", "", text) if keeps else text.rstrip())

    def _open(self, event: Any) -> None:
        kind = MappingNode if isinstance(event, MappingStartEvent) else SequenceNode
        start, column, body = event.start_mark.index, event.start_mark.column, self._body(event)
        if body > start:
            column = _column(self._tree.text, start - column, body)
        is_tagged = event.tag is not None
        node = kind(start, body, body, column, event.anchor, is_tagged, bool(event.flow_style))
        self._stack.append((node, self._key))
        self._key = None

    def _close(self, event: Any) -> None:
        node, self._key = self._stack.pop()
        if node.is_flow:
            node.end = event.end_mark.index
        else:
            node.end = max((child.end for child in below(node)), default=node.body)
        self._add(node)

    def _add(self, node: ConcreteNode) -> None:
        if node.anchor is not None:
            self._known[node.anchor] = node
            self._tree.anchors.append(node)
        if not self._stack:
            self._tree.root = node
            return
        parent = self._stack[-1][0]
        if isinstance(parent, SequenceNode):
            parent.items.append(node)
        elif self._key is None:
            self._key = node
        elif isinstance(parent, MappingNode):
            parent.pairs.append((self._key, node))
            self._key = None


def _column(text: str, line_start: int, index: int) -> int:
    """Return the indentation of *index*, on the line that begins at *line_start* or a later one."""
    begin = max(line_start, *(text.rfind(each, line_start, index) + 1 for each in "\n\r"))
    return index - begin
