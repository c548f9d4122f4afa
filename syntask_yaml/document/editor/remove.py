"""Remove keys and items from an entry, with their lines.

Comments after a value are removed with it, and so are comments below that are indented deeper than its key.
Comments above are kept: they may concern more than this key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from syntask_yaml.diagnostics import Path, did_you_mean
from syntask_yaml.document.editor import cst
from syntask_yaml.document.editor.cst import AliasNode, ConcreteNode, below, key_of
from syntask_yaml.document.editor.edit_session import EditSession
from syntask_yaml.document.editor.node_writer import NodeWriter, Slot
from syntask_yaml.errors import NotFound

# Sections that are meaningless without keys: they are removed with the last key. Elsewhere, `{}` is a value.
_SECTIONS = frozenset(
    {
        ("parameters",),
        ("concurrency_limit",),
        ("work_pool",),
        ("work_pool", "job_variables"),
        ("work_pool", "job_variables", "env"),
    }
)
_EMPTIED = object()

_Steps: TypeAlias = dict[str | int, "_Steps"]  # an empty mapping marks a value to remove


class Remover:
    """Removes keys and items from the entry at *place*."""

    def __init__(self, session: EditSession, place: Path) -> None:
        self._session = session
        self._place = place
        self._writer = NodeWriter(session.edits, session.renderer)
        self._gone: list[ConcreteNode] = []

    def remove(self, node: ConcreteNode, old: Any, paths: Iterable[Path], slot: Slot) -> Any:
        """Remove the values at *paths* of the entry *node*, whose value is *old*. Return the new value.

        Raises NotFound for missing values, and EditRefused for values that are not written in place or
        contain an anchor that is used elsewhere.
        """
        steps: _Steps = {}
        for path in paths:
            _note(steps, path)
        left = self._left(node, old, steps, slot, ())
        self._check_anchors()
        return left

    def _left(self, node: ConcreteNode, old: Any, steps: _Steps, slot: Slot, path: Path) -> Any:
        """Return the rest of *node*; `_EMPTIED`, without an edit, for a section removed with its keys."""
        if isinstance(node, AliasNode):
            raise self._borrowed(node, path, next(iter(steps)))
        if isinstance(node, cst.MappingNode) and isinstance(old, dict):
            return self._left_of_mapping(node, old, steps, slot, path)
        if isinstance(node, cst.SequenceNode) and isinstance(old, list):
            return self._left_of_list(node, old, steps, slot, path)
        raise self._missing(next(iter(steps)), path, ())

    def _left_of_mapping(
        self, node: cst.MappingNode, old: dict[str, Any], steps: _Steps, slot: Slot, path: Path
    ) -> Any:
        own = {key: index for index, (each, _) in enumerate(node.pairs) if (key := key_of(each)) is not None}
        beneath = self._session.anchors.merged(node)
        left, gone = dict(old), []
        for key, below_it in ((str(step), below_it) for step, below_it in steps.items()):
            if key not in own:
                raise self._merged_in(node, key) if key in old else self._missing(key, path, own)
            index = own[key]
            inner = node.pairs[index][1]
            inner_slot = self._writer.slot_of_key(node, index)
            self._gone.extend(() if below_it else (inner,))
            value = self._left(inner, old[key], below_it, inner_slot, (*path, key)) if below_it else _EMPTIED
            if value is _EMPTIED and below_it and key in beneath:  # merged values would reappear
                self._writer.put(inner, {}, inner_slot)
                value = {}
            left[key] = value
            if value is _EMPTIED:
                gone.append(index)
                left.pop(key)
                left |= {key: beneath[key]} if key in beneath else {}
        if len(gone) < len(node.pairs):
            self._writer.remove_pairs(node, gone)
        elif path in _SECTIONS and not node.is_flow:
            return _EMPTIED
        else:
            self._writer.put(node, {}, slot)
        return left

    def _left_of_list(
        self, node: cst.SequenceNode, old: list[Any], steps: _Steps, slot: Slot, path: Path
    ) -> list[Any]:
        left: dict[int, Any] = dict(enumerate(old))
        for step, below_it in steps.items():
            index = int(step) if str(step).isdecimal() else -1
            if index not in left:
                raise self._missing(step, path, old)
            if below_it:
                inner_slot = self._writer.slot_of_item(node, index)
                left[index] = self._left(node.items[index], old[index], below_it, inner_slot, (*path, index))
            else:
                del left[index]
                self._gone.append(node.items[index])
        if left:
            self._writer.remove_items(node, [index for index in range(len(old)) if index not in left])
        else:
            self._writer.put(node, [], slot)
        return list(left.values())

    def _check_anchors(self) -> None:
        """Raise EditRefused if a removed anchor has remaining aliases."""
        inside = [each for node in self._gone for each in _all(node)]
        removed = {id(each) for each in inside}
        for alias in self._session.tree.aliases:
            if id(alias.target) in removed and id(alias) not in removed:
                line = self._session.line(alias.start)
                detail = f"`&{alias.name}` is also used on line {line}, where it would become undefined."
                hint = "Move the anchor to a value that stays, or change that line first."
                raise self._session.refused(detail, alias.target, hint)

    def _borrowed(self, node: AliasNode, path: Path, step: str | int) -> Exception:
        target = "" if node.target is None else f", on line {self._session.line(node.target.start)}"
        detail = f"`{path[-1]}` is `*{node.name}`: `{step}` is defined elsewhere{target}."
        hint = (
            f"Unset `{path[-1]}` itself, set `{path[-1]}.{step}` to another value, "
            "or change it where it is defined."
        )
        return self._session.refused(detail, node, hint)

    def _merged_in(self, node: cst.MappingNode, key: str) -> Exception:
        merge = next((value for each, value in node.pairs if key_of(each) is None), node)
        detail = f"`{key}` is not written here: it comes from a merge key (`<<`)."
        return self._session.refused(
            detail, merge, "Set it to another value, or remove it where it is defined."
        )

    def _missing(self, step: str | int, path: Path, known: Iterable[Any]) -> NotFound:
        place = self._session.span_of((*self._place, *path))
        if isinstance(known, list):
            last = f" The last one is item {len(known) - 1}." if known else ""
            return NotFound(f"`{path[-1]}` has no item {step}.{last}", span=place)
        whose = f"`{path[-1]}`" if path else "This deployment"
        hint = did_you_mean(str(step), known, otherwise="The key is not set.")
        return NotFound(f"{whose} has no key `{step}`.", hint=hint, span=place)


def _note(steps: _Steps, path: Path) -> None:
    """Add *path*, unless an ancestor of it is removed."""
    for step in path[:-1]:
        if steps.get(step) == {}:
            return
        steps = steps.setdefault(step, {})
    steps[path[-1]] = {}


def _all(node: ConcreteNode) -> list[ConcreteNode]:
    found = [node]
    for each in found:
        found.extend(below(each))
    return found
