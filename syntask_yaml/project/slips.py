"""Recognize misspelled keys, so that the intended key is not reported as missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from syntask_yaml.diagnostics import nearest
from syntask_yaml.document.node import Node
from syntask_yaml.project.schema import project_schema

# The types of those keys of a project that others depend on.
_SHAPES: Mapping[str, tuple[type, ...]] = {
    "include": (list, str),
    "defaults": (dict,),
    "values": (dict,),
    "targets": (dict,),
    "build": (list, dict),
    "push": (list, dict),
    "pull": (list, dict),
    "deployments": (list,),
}


def meant_by(given: Mapping[str, Any], definition: str) -> frozenset[str]:
    """Return the keys of a schema *definition* that *given* has in other spellings."""
    return _intended(given, project_schema()["$defs"][definition]["properties"])


def slip_of(key: str, given: Mapping[str, Any], definition: str) -> str | None:
    """Return the misspelling of *key* in *given*: a key that the *definition* does not have."""
    if key in given:
        return None
    known = project_schema()["$defs"][definition]["properties"]
    return nearest(key, (each for each in map(str, given) if each not in known))


def slip_node(node: Node, keys: Iterable[str], definition: str) -> Node | None:
    """Return the node of the first of *keys* that is misspelled in the mapping *node*; None if none is.

    A problem there counts if unknown keys are tolerated, and otherwise the unknown key explains it.
    """
    slips = (slip_of(key, node.value, definition) for key in keys)
    return next((node.get(slip) for slip in slips if slip is not None), None)


def lost_keys(root: Node) -> frozenset[str]:
    """Return the keys of a project that exist and cannot be read, so that their content is unknown.

    They are misspelled, or their value has the wrong type, which is reported there.
    """
    if not isinstance(root.value, dict):
        return frozenset()
    wrong = {
        key
        for key, shape in _SHAPES.items()
        if root.value.get(key) is not None and not isinstance(root.value[key], shape)
    }
    return _intended(root.value, project_schema()["properties"]) | wrong


def _intended(given: Mapping[str, Any], known: Mapping[str, Any]) -> frozenset[str]:
    if given.keys() <= known.keys():
        return frozenset()
    unknown = [key for key in map(str, given) if key not in known]
    found = (nearest(key, known) for key in unknown)
    return frozenset(key for key in found if key is not None and key not in given)
