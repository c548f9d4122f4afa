"""Nodes of merged layers: the layer of a value, and the values that it replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syntask_yaml.document.location import LayerLocation, MappingLocation, start_of
from syntask_yaml.document.node import Node

# The suffix of a key whose list is appended to that of the layer below.
APPEND = "+"


def appending_key(value: Any) -> str:
    """Return the first key in *value* that appends to a list of a lower layer; empty for none."""
    for key, item in value.items() if isinstance(value, Mapping) else ():
        found = key if key.endswith(APPEND) and isinstance(item, list) else appending_key(item)
        if found:
            return str(found)
    return ""


def in_layer(node: Node, layer: str) -> Node:
    """Return the mapping *node* as the layer *layer*; empty for that of an entry."""
    location = LayerLocation(node.source, node.location, layer)
    return Node(node.value, node.source, location, node.path, node.used, node.key)


def layer_of(node: Node, around: str = "") -> str:
    """Return the layer of a value; empty for the entry itself.

    *around* is the layer of its container.
    """
    return node.location.layer if isinstance(node.location, LayerLocation) else around


def replaced_by(node: Node) -> list[Node]:
    """Return the values that *node* replaced, the nearest first."""
    places = node.location.replaced if isinstance(node.location, LayerLocation) else ()
    return [Node(each.value, each.location.source, each.location, node.path) for each in places]


def only(node: Node, keys: Sequence[str]) -> Node:
    """Return the mapping *node* with only *keys*."""
    children = [child for child in map(node.get, keys) if child is not None]
    place = MappingLocation(
        start_of(node.location),
        [child.key or 0 for child in children],
        [child.location for child in children],
        {key: index for index, key in enumerate(keys)},
    )
    value = {key: child.value for key, child in zip(keys, children, strict=True)}
    return Node(value, node.source, place, node.path)
