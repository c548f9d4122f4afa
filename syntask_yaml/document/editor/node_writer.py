"""Write, add and remove single values: after a key or a dash, or in flow collections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syntask_yaml.document.editor.cst import BLANK, ConcreteNode, MappingNode, ScalarNode, SequenceNode, below
from syntask_yaml.document.editor.render import Overlay, Renderer
from syntask_yaml.document.editor.text_edits import TextEdits

_BREAK = re.compile(r"[\n\r\x85\u2028\u2029]")
_COLON = re.compile(r"\s*:")


@dataclass(frozen=True, slots=True)
class Slot:
    """The position of a value: *after* its colon or dash, at the *column* of the key or dash."""

    after: int
    column: int
    is_flow: bool
    is_item: bool
    needs_colon: bool = False


class NodeWriter:
    """Edits single values of a text."""

    def __init__(self, edits: TextEdits, renderer: Renderer) -> None:
        self._edits = edits
        self._renderer = renderer

    def add_pairs(self, node: MappingNode, added: dict[str, Any]) -> None:
        """Add keys after the last one of a mapping."""
        edits, renderer = self._edits, self._renderer
        if not node.is_flow:
            edits.insert_lines(self._behind(node.end, node), renderer.pairs(added, node.column))
            return
        texts = [renderer.flow_pair(key, value) for key, value in added.items()]
        add_behind(edits, node, [value for _, value in node.pairs], texts)

    def insert_items(self, node: SequenceNode, index: int, added: list[Any]) -> None:
        """Insert items before the one at *index* of a list, or after the last one."""
        edits = self._edits
        if node.is_flow:
            texts = [self._renderer.flow(value) for value in added]
            if index == len(node.items):
                add_behind(edits, node, node.items, texts)
            else:
                edits.replace(node.items[index].start, node.items[index].start, f"{', '.join(texts)}, ")
            return
        at = self._behind(node.items[index - 1].end, node) if index else edits.line_start(node.body)
        edits.insert_lines(at, self._renderer.items(added, node.column))

    def remove_pairs(self, node: MappingNode, gone: list[int]) -> None:
        """Remove the pairs at the indexes *gone*."""
        starts = [self._start_of_pair(key) for key, _ in node.pairs] if gone else []
        ends = [value.end for _, value in node.pairs]
        self._remove(node, gone, starts, ends)

    def remove_items(self, node: SequenceNode, gone: list[int]) -> None:
        """Remove the items at the indexes *gone*."""
        starts = [self._dash(node, index) for index in range(len(node.items))] if gone else []
        self._remove(node, gone, starts, [item.end for item in node.items])

    def put(self, node: ConcreteNode, value: Any, slot: Slot) -> None:
        """Replace *node* by *value*."""
        edits, renderer = self._edits, self._renderer
        if slot.is_flow or (_is_bracketed(node) and isinstance(value, (dict, list, Overlay))):
            edits.replace(node.start, node.end, f"{': ' * slot.needs_colon}{self._flow(node, value)}")
            return
        if isinstance(node, ScalarNode) and node.style in ("'", '"') and isinstance(value, str):
            head, lines = renderer.scalar(value, is_flow=False, quote=node.style), list[str]()
        elif slot.is_item:
            head, lines = renderer.behind_dash(value, self._item_column(node, slot))
        else:
            head, lines = renderer.under_key(value, slot.column)
        if isinstance(node, ScalarNode) and node.anchor and head and not isinstance(value, (dict, list)):
            head = f"&{node.anchor} {head}"
        self._put(node, slot, head, lines)

    def slot_of_item(self, node: SequenceNode, index: int) -> Slot:
        """Return the slot of the item at *index* of a list."""
        return Slot(self._dash(node, index) + 1, node.column, node.is_flow, is_item=True)

    def slot_of_key(self, mapping: MappingNode, index: int) -> Slot:
        """Return the slot of the value of the pair at *index* of a mapping."""
        key, value = mapping.pairs[index]
        colon = _COLON.match(self._edits.text, key.end)
        is_there = colon is not None and colon.end() <= value.end
        after = colon.end() if colon is not None and is_there else key.end
        return Slot(after, key.column, mapping.is_flow, is_item=False, needs_colon=not is_there)

    def _start_of_pair(self, key: ConcreteNode) -> int:
        explicit = re.search(r"\?\s+\Z", self._edits.text[max(key.start - 80, 0) : key.start])
        return key.start - len(explicit[0]) if explicit else key.start

    def _remove(self, node: ConcreteNode, gone: list[int], starts: list[int], ends: list[int]) -> None:
        edits = self._edits
        for first, last in _runs(gone):
            following = starts[last + 1] if last + 1 < len(starts) else None
            if node.is_flow:
                remove_between(
                    edits, starts[first], ends[last], ends[first - 1] if first else None, following
                )
            elif following is not None and not edits.begins_line(starts[first]):
                rest = self._behind(ends[last], node)
                if "#" in edits.text[rest:following]:
                    edits.replace(starts[first], edits.line_end(ends[last]), "")
                    edits.replace(edits.next_line(ends[last]), rest, "")
                else:
                    edits.replace(starts[first], following, "")
            else:
                for index in range(first, last + 1):
                    edits.replace(edits.line_start(starts[index]), self._behind(ends[index], node), "")

    def _behind(self, end: int, node: ConcreteNode) -> int:
        """Return the line after a value in *node*, and after comments indented deeper than its key."""
        return self._edits.behind_comments(self._edits.next_line(end), node.column)

    def _item_column(self, node: ConcreteNode, slot: Slot) -> int:
        is_beside = slot.after < node.start and not _BREAK.search(self._edits.text, slot.after, node.start)
        return node.start - self._edits.line_start(node.start) if is_beside else slot.column + 2

    def _flow(self, node: ConcreteNode, value: Any) -> str:
        if isinstance(node, ScalarNode) and not isinstance(value, (dict, list)):
            quote = node.style if node.style in ("'", '"') and isinstance(value, str) else ""
            anchor = f"&{node.anchor} " if node.anchor else ""
            return f"{anchor}{self._renderer.scalar(value, is_flow=True, quote=quote)}"
        return self._renderer.flow(value)

    def _put(self, node: ConcreteNode, slot: Slot, head: str, lines: list[str]) -> None:
        """Write *head* after a key or dash, and *lines* below it, in place of *node*."""
        edits = self._edits
        is_beside = not _BREAK.search(edits.text, slot.after, node.start)
        if is_beside and head:
            edits.replace(node.start, node.end, head if slot.after < node.start else f" {head}")
        elif is_beside:
            edits.replace(slot.after, node.end, "")
        elif head:
            edits.replace(slot.after, slot.after, f" {head}")
        if is_beside:
            edits.insert_lines(edits.next_line(node.end), lines)
        elif lines:
            edits.replace(edits.line_start(node.start), node.end, "\n".join(lines))
        else:
            edits.cut_lines(node.start, node.end)

    def _dash(self, node: SequenceNode, index: int) -> int:
        """Return the position of the dash of an item; in a flow sequence, of the item."""
        if node.is_flow:
            return node.items[index].start
        if index == 0:
            return node.body
        found = BLANK.match(self._edits.text, node.items[index - 1].end)
        return found.end() if found else node.items[index].start


def _is_bracketed(node: ConcreteNode) -> bool:
    return node.is_flow and any(True for _ in below(node))


def _runs(indexes: list[int]) -> list[tuple[int, int]]:
    """Group consecutive indexes: return the first and the last of each run."""
    runs: list[tuple[int, int]] = []
    for index in sorted(indexes):
        if runs and runs[-1][1] == index - 1:
            runs[-1] = runs[-1][0], index
        else:
            runs.append((index, index))
    return runs


_COMMA = re.compile(r"\s*,")
_COMMENT = re.compile(r"\s*(?:#|\Z)")


def add_behind(
    edits: TextEdits, node: ConcreteNode, items: Sequence[ConcreteNode], texts: Sequence[str]
) -> None:
    """Add *texts* after the last of the *items* in the flow collection *node*."""
    if not items:
        edits.replace(node.body + 1, node.body + 1, ", ".join(texts))
        return
    last = items[-1]
    comma = _COMMA.match(edits.text, last.end)
    behind = edits.text[comma.end() if comma else last.end : edits.line_end(last.end)]
    is_on_lines = edits.begins_line(last.start) and not isinstance(node, MappingNode)
    if not is_on_lines or not _COMMENT.match(behind):
        edits.replace(last.end, last.end, "".join(f", {text}" for text in texts))
        return
    indent = edits.text[edits.line_start(last.start) : last.start]
    if comma is None:
        edits.replace(last.end, last.end, ",")
    lines = [f"{indent}{text}," for text in texts]
    edits.insert_lines(edits.next_line(last.end), lines if comma else [*lines[:-1], lines[-1][:-1]])


def remove_between(edits: TextEdits, start: int, end: int, before: int | None, following: int | None) -> None:
    """Remove the text from *start* to *end*, with one adjacent comma.

    *before* is the end of the previous item, *following* the start of the next one.
    """
    if following is not None:
        edits.replace(start, following, "")
    else:
        edits.replace(start if before is None else before, end, "")
