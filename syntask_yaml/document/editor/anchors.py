"""Find an anchor of a file that already has a value, so that a new entry can use `*name`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syntask_yaml.diagnostics import Path
from syntask_yaml.document.editor.cst import (
    AliasNode,
    ConcreteNode,
    ConcreteTree,
    MappingNode,
    ScalarNode,
    SequenceNode,
)
from syntask_yaml.document.editor.render import AliasReference, Overlay

# Paths in an entry whose values are shared on purpose; `*` is any index. Equal values elsewhere are
# coincidence.
_SHARED = frozenset(
    {
        ("work_pool",),
        ("work_pool", "job_variables"),
        ("work_pool", "job_variables", "env"),
        ("schedule",),
        ("schedules",),
        ("schedules", "*"),
        ("concurrency_limit",),
        ("build",),
        ("push",),
        ("pull",),
    }
)


@dataclass(frozen=True, slots=True)
class _Anchored:
    name: str
    end: int
    text: str


class AnchorIndex:
    """The anchors of a text, with the values they refer to."""

    def __init__(self, tree: ConcreteTree, data: Any) -> None:
        found = _anchored(tree.root, data) if tree.anchors and tree.root else ()
        self._known = sorted(found, key=lambda each: each.end)

    def expressed(self, value: Any, path: Path, at: int) -> Any:
        """Return *value* for *path* in an entry, as written at *at*: with aliases where possible."""
        if not isinstance(value, (dict, list)) or not value:
            return value
        if tuple("*" if isinstance(step, int) else step for step in path) in _SHARED:
            name = self.name_of(value, at)
            if name is not None:
                return AliasReference(name)
        if isinstance(value, dict):
            return {key: self.expressed(item, (*path, key), at) for key, item in value.items()}
        return [self.expressed(item, (*path, index), at) for index, item in enumerate(value)]

    def overlaid(self, old: Any, new: Any, at: int, name: str | None = None) -> Any:
        """Return *new* as an alias with keys that differ from *old*; *new* itself if no anchor matches."""
        if not (isinstance(old, dict) and isinstance(new, dict)) or old.keys() - new.keys():
            return None
        name = name or self.name_of(old, at)
        own = {
            key: value for key, value in new.items() if key not in old or text_of(value) != text_of(old[key])
        }
        return None if name is None or len(own) == len(new) else Overlay(name, own)

    def name_of(self, value: Any, at: int) -> str | None:
        """Return the anchor that has *value* at *at*."""
        if not value:
            return None
        visible = {each.name: each.text for each in self._known if each.end <= at}
        wanted = text_of(value)
        return next((name for name, text in visible.items() if text == wanted), None)

    def merged(self, node: MappingNode) -> dict[str, Any]:
        """Return the keys that the merge keys of *node* add, if they are aliases."""
        visible = {each.name: each.text for each in self._known if each.end <= node.start}
        found: dict[str, Any] = {}
        for key, value in node.pairs:
            if isinstance(key, ScalarNode) and key.is_merge_key:
                for alias in value.items if isinstance(value, SequenceNode) else (value,):
                    source = json.loads(visible.get(alias.name, "{}")) if isinstance(alias, AliasNode) else {}
                    found = {**source, **found} if isinstance(source, dict) else found
        return found


def text_of(value: Any) -> str:
    """Return a text that is equal only for equal values: `1`, `1.0` and `true` differ."""
    return json.dumps(value, sort_keys=True)


def _anchored(node: ConcreteNode, value: Any) -> Iterator[_Anchored]:
    if node.anchor is not None and isinstance(value, (dict, list)):
        yield _Anchored(node.anchor, node.end, text_of(value))
    if isinstance(node, SequenceNode) and isinstance(value, list):
        for item, inner in zip(node.items, value, strict=True):
            yield from _anchored(item, inner)
    elif isinstance(node, MappingNode) and isinstance(value, dict):
        last = {
            key.text: item for key, item in node.pairs if isinstance(key, ScalarNode) and not key.is_merge_key
        }
        for key, item in last.items():
            if key in value:
                yield from _anchored(item, value[key])
