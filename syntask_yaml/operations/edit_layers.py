"""Edits of an entry that would change nothing, because another part of the project says what counts."""

from __future__ import annotations

from collections.abc import Sequence

from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.document.layer_nodes import layer_of, replaced_by
from syntask_yaml.document.node import Node
from syntask_yaml.errors import EditRefused
from syntask_yaml.project.composition.targets import Target

# What a target puts something in front of: the entry says the rest.
_PREFIXED = ("name", "renamed_from")


def refuse_inherited(entry: Node, unset: Sequence[TreePath]) -> None:
    """Raise EditRefused for a value of *entry* that is to be *unset* and comes from somewhere else."""
    for path in unset:
        found, layer = _at(entry, path)
        if found is not None and layer and all(map(layer_of, replaced_by(found))):
            raise EditRefused(
                f"`{path[-1]}` is not written in this entry: it comes from {layer}.",
                hint="Set it to null here, or remove it where it is defined.",
                span=found.span,
            )


def refuse_replaced(entry: Node, values: Sequence[tuple[TreePath, object]], target: Target) -> None:
    """Raise EditRefused for one of *values*, as *entry* has them by now, that *target* replaces."""
    for path, value in values:
        found, layer = _at(entry, path)
        is_removed = found is None and value is not None
        is_replaced = found is not None and layer == target.title and found.value != value
        if path[0] not in _PREFIXED and (is_removed or is_replaced):
            does = "removes" if is_removed else "sets"
            raise EditRefused(
                f"`{path[-1]}` would have no effect: {target.title} {does} it.",
                hint="Change it in `targets:`, or pass no `--target` to change it for the others.",
                span=target.node.span if found is None else found.span,
            )


def _at(entry: Node, path: TreePath) -> tuple[Node | None, str]:
    """The value at *path* of *entry*, and the layer that it comes from; empty for the entry itself."""
    layer = layer_of(entry)
    for step in path:
        child = entry.get(step)
        if child is None:
            return None, ""
        entry, layer = child, layer_of(child, layer)
    return entry, layer
