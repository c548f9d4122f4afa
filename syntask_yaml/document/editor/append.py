"""Add entries at the end of `deployments`, and create that key if it is missing."""

from __future__ import annotations

import re
from typing import Any

from syntask_yaml.document.editor.cst import (
    AliasNode,
    ConcreteNode,
    MappingNode,
    ScalarNode,
    SequenceNode,
    key_of,
)
from syntask_yaml.document.editor.edit_session import EditSession
from syntask_yaml.document.editor.node_writer import NodeWriter
from syntask_yaml.document.editor.text_edits import COMMENT

SECTION = "deployments"
_EMPTY_LINE = re.compile(r"(?:\r\n|[\n\r])[ \t]*(?:\r\n|[\n\r])")
_MAX_WIDTH = 120


class Appender:
    """Adds new entries to a text."""

    def __init__(self, session: EditSession) -> None:
        self._session = session
        self._edits = session.edits
        self._renderer = session.renderer
        self._writer = NodeWriter(session.edits, session.renderer)

    def append(self, entries: list[dict[str, Any]]) -> None:
        """Add *entries*. Raises EditRefused if `deployments` is not a literal list."""
        tree = self._session.tree
        root = tree.root
        if not isinstance(root, MappingNode):
            self._begin(root, entries)
            return
        index = next(
            (i for i in reversed(range(len(root.pairs))) if key_of(root.pairs[i][0]) == SECTION), None
        )
        if index is not None:
            self._add_to(root, index, entries)
        elif SECTION in self._session.data:
            raise self._session.refused("`deployments` comes from a merge key (`<<`).", root)
        elif root.is_flow:
            self._writer.add_pairs(root, {SECTION: self._expressed(entries, root.end)})
        else:
            self._add_section(root, entries)

    def _begin(self, root: ConcreteNode | None, entries: list[dict[str, Any]]) -> None:
        """Write the first key of an empty file."""
        lines = self._renderer.pairs({SECTION: entries}, 0)
        if root is not None and root.end > root.start:
            self._edits.replace(root.start, root.end, "\n".join(lines))
        else:
            self._edits.insert_lines(self._session.tree.end, lines)

    def _add_section(self, root: MappingNode, entries: list[dict[str, Any]]) -> None:
        at = self._session.tree.end
        lines = self._renderer.pairs({SECTION: self._expressed(entries, at)}, root.column)
        gaps = zip(root.pairs, root.pairs[1:], strict=False)
        is_spaced = any(self._is_spaced(before[1].end, after[0].start) for before, after in gaps)
        if is_spaced and not self._is_spaced(root.end, at):
            lines.insert(0, "")
        self._edits.insert_lines(at, lines)

    def _add_to(self, root: MappingNode, index: int, entries: list[dict[str, Any]]) -> None:
        section = root.pairs[index][1]
        values = self._expressed(entries, section.end)
        if isinstance(section, SequenceNode) and section.items and not section.is_flow:
            self._add_items(section, values)
        elif isinstance(section, SequenceNode) and section.items:
            self._writer.insert_items(section, len(section.items), values)
        elif isinstance(section, (ScalarNode, SequenceNode)):
            self._writer.put(section, values, self._writer.slot_of_key(root, index))
        else:
            name = section.name if isinstance(section, AliasNode) else ""
            detail = f"`deployments` is `*{name}`, so an added entry would also be added to the anchor."
            raise self._session.refused(detail, section)

    def _add_items(self, section: SequenceNode, values: list[Any]) -> None:
        last = section.items[-1]
        before = section.items[-2].end if len(section.items) > 1 else last.start
        gap = [""] if self._is_spaced(before, last.start) else []
        is_flow = isinstance(last, MappingNode) and last.is_flow
        lines = [line for value in values for line in (*gap, *self._item(value, section.column, is_flow))]
        self._edits.insert_lines(self._behind(last, section.column), lines)

    def _item(self, value: Any, column: int, is_flow: bool) -> list[str]:
        """Return the lines of an item, on a single one if its neighbor is and it fits."""
        line = f"{' ' * column}- {self._renderer.flow(value)}" if is_flow else ""
        return [line] if is_flow and len(line) <= _MAX_WIDTH else self._renderer.items([value], column)

    def _behind(self, last: ConcreteNode, column: int) -> int:
        """Return the line after the last entry and the comments that belong to the list."""
        text, end = self._edits.text, self._session.tree.end
        at = line = self._edits.next_line(last.end)
        while line < end:
            comment = COMMENT.match(text, line)
            following = self._edits.next_line(line)
            if comment is not None and len(comment[1].expandtabs()) >= max(column, 1):
                at = following
            elif text[line:following].strip():
                break
            line = following
        return at

    def _expressed(self, entries: list[dict[str, Any]], at: int) -> list[Any]:
        return [self._session.anchors.expressed(entry, (), at) for entry in entries]

    def _is_spaced(self, start: int, end: int) -> bool:
        return _EMPTY_LINE.search(self._edits.text, start, end) is not None
