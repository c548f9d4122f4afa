"""Change one value to another with a minimal edit.

Unchanged parts stay untouched, with their comments, quotes and anchors. Values from an alias or a merge key
are replaced by values of their own; the anchored value stays unchanged.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from syntask_yaml.diagnostics import Path
from syntask_yaml.document.editor.anchors import AnchorIndex, text_of
from syntask_yaml.document.editor.cst import AliasNode, ConcreteNode, MappingNode, SequenceNode, key_of
from syntask_yaml.document.editor.node_writer import NodeWriter, Slot


class Changer:
    """Changes one value to another."""

    def __init__(self, writer: NodeWriter, anchors: AnchorIndex) -> None:
        self._writer = writer
        self._anchors = anchors

    def change(self, node: ConcreteNode, old: Any, new: Any, slot: Slot, path: Path = ()) -> None:
        """Change *node*, whose value is *old* at *path* of an entry, to *new*."""
        if text_of(old) == text_of(new):
            return
        if isinstance(node, MappingNode) and isinstance(old, dict) and isinstance(new, dict) and new:
            if _keeps_some(node, new):
                self._change_mapping(node, old, new, path)
                return
        elif isinstance(node, SequenceNode) and isinstance(old, list) and isinstance(new, list) and new:
            self._change_list(node, old, new, path)
            return
        value = None
        if isinstance(node, AliasNode):
            value = self._anchors.overlaid(old, new, node.start, node.name)
        self._writer.put(node, value or self._anchors.expressed(new, path, node.start), slot)

    def _change_mapping(
        self, node: MappingNode, old: dict[str, Any], new: dict[str, Any], path: Path
    ) -> None:
        keys = [key_of(key) for key, _ in node.pairs]
        own = {key: index for index, key in enumerate(keys) if key is not None}
        gone = [index for index, key in enumerate(keys) if key is not None and key not in new]
        self._writer.remove_pairs(node, gone)
        for key, index in own.items():
            if key in new:
                slot = self._writer.slot_of_key(node, index)
                self.change(node.pairs[index][1], old.get(key), new[key], slot, (*path, key))
        added = {
            key: self._own_value(node, old.get(key), value, (*path, key))
            for key, value in new.items()
            if key not in own and (key not in old or text_of(old[key]) != text_of(value))
        }
        if added:
            self._writer.add_pairs(node, added)

    def _own_value(self, node: MappingNode, old: Any, new: Any, path: Path) -> Any:
        """Return the value to write for a key that is new here, or was merged in as *old*."""
        return self._anchors.overlaid(old, new, node.start) or self._anchors.expressed(new, path, node.start)

    def _change_list(self, node: SequenceNode, old: list[Any], new: list[Any], path: Path) -> None:
        gone: list[int] = []
        for kind, i1, i2, j1, j2 in _steps([text_of(each) for each in old], [text_of(each) for each in new]):
            if kind == "equal":
                continue
            common = min(i2 - i1, j2 - j1)
            for index in range(common):
                item = node.items[i1 + index]
                slot = self._writer.slot_of_item(node, i1 + index)
                self.change(item, old[i1 + index], new[j1 + index], slot, (*path, j1 + index))
            gone.extend(range(i1 + common, i2))
            added = [
                self._anchors.expressed(new[index], (*path, index), node.start)
                for index in range(j1 + common, j2)
            ]
            if added:
                self._writer.insert_items(node, i1 + common, added)
        self._writer.remove_items(node, gone)


def _steps(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """Return the opcodes that turn one list into the other, as SequenceMatcher does.

    SequenceMatcher confuses equal items; if exactly one item changed, replace that one.
    """
    pairs = enumerate(zip(old, new, strict=False))
    changed = [index for index, (before, after) in pairs if before != after]
    if len(old) == len(new) and len(changed) == 1:
        at = changed[0]
        return [("replace", at, at + 1, at, at + 1)]
    return list(SequenceMatcher(None, old, new, False).get_opcodes())


def _keeps_some(node: MappingNode, new: dict[str, Any]) -> bool:
    """Return whether a part of a mapping is kept: a key, or a merge."""
    return any(key_of(key) is None or key_of(key) in new for key, _ in node.pairs)
