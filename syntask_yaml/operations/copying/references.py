"""References in values: to variables and blocks by name, and to blocks by id.

Pool templates and deployments on a server may contain ids, which differ between backends. A plan replaces
them by the block's type and name; a write replaces these by the id on the destination.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syntask_yaml.model.block import Block
from syntask_yaml.model.value import Value
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.copying.changes import CopyAction, CopyChange, CopyKind

_REFERENCE, _ID, _NAME = "$ref", "block_document_id", "block"
_TEMPLATE = re.compile(r"\{\{[^{}]*?\b(?:syntask|prefect)\.(blocks|variables)\.([\w-]+)(?:\.([\w-]+))?")


def with_names(value: Value, blocks: Mapping[str, Block]) -> Any:
    """Return *value* with the names of *blocks* instead of their ids. Unknown ids are kept."""
    names = {block.id: name for name, block in blocks.items()} if any(_references(value)) else {}
    return _replaced(value, _ID, lambda id_: (_NAME, names[id_]) if id_ in names else (_ID, id_))


def with_ids(value: Value, find_id: Callable[[str], str]) -> Any:
    """Return *value* with the ids that *find_id* returns for the names of blocks."""
    return _replaced(value, _NAME, lambda name: (_ID, find_id(name)))


@dataclass(frozen=True, slots=True)
class Expected:
    """The names of the variables and blocks that the destination has after a copy."""

    variables: frozenset[str]
    blocks: frozenset[str]

    @classmethod
    def of(cls, destination: Contents, changes: Sequence[CopyChange]) -> Expected:
        """Return the names on *destination*, and those that *changes* create there."""
        made = [change for change in changes if change.action is CopyAction.CREATE]
        return cls(
            frozenset(destination.variables) | {each.name for each in made if each.kind is CopyKind.VARIABLE},
            frozenset(destination.blocks) | {each.name for each in made if each.kind is CopyKind.BLOCK},
        )


def lost_reference(value: Value, source: Contents, expected: Expected) -> str:
    """Return the first variable or block that *value* refers to and that is not copied, in words.

    Empty if there is none. References that *source* does not have either are ignored.
    """
    for key, named in _references(value):
        if key == _ID:
            return f"the block with the id {named}, which does not exist"
        if named not in expected.blocks:
            return _is_not_copied("block", named)
    for kind, named in template_names(value):
        if kind == "variables" and named in source.variables and named not in expected.variables:
            return _is_not_copied("variable", named)
        if kind == "blocks" and named in source.blocks and named not in expected.blocks:
            return _is_not_copied("block", named)
    return ""


def _is_not_copied(kind: str, name: str) -> str:
    return f"the {kind} `{name}`, which the destination does not get"


def template_names(value: Value) -> Iterator[tuple[str, str]]:
    """Yield the kind and name of each variable and block in templates and pull steps of *value*."""
    if isinstance(value, str):
        for kind, first, second in _TEMPLATE.findall(value):
            yield kind, f"{first}/{second}" if kind == "blocks" else first
    elif isinstance(value, Mapping):
        if {"block_type_slug", "block_document_name"} <= value.keys():
            yield "blocks", f"{value['block_type_slug']}/{value['block_document_name']}"
        for item in value.values():
            yield from template_names(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from template_names(item)


def _references(value: Value) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        inner = value.get(_REFERENCE)
        if isinstance(inner, Mapping):
            yield from ((key, str(inner[key])) for key in (_ID, _NAME) if key in inner)
            return
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _references(item)


def _replaced(value: Value, key: str, replace: Callable[[str], tuple[str, str]]) -> Any:
    if isinstance(value, Mapping):
        inner = value.get(_REFERENCE)
        if isinstance(inner, Mapping) and key in inner:
            new_key, named = replace(str(inner[key]))
            return {_REFERENCE: {new_key: named}}
        return {name: _replaced(item, key, replace) for name, item in value.items()}
    return [_replaced(item, key, replace) for item in value] if isinstance(value, (list, tuple)) else value
