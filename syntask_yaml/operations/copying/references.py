"""What values refer to: variables and blocks by name, and blocks by id.

Pool templates and deployments on a server may hold ids, and another backend has others. While a copy is
planned, the block's type and name stand in their place; when it is written, its id on the destination.
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
    """*value* with the names of *blocks* in place of their ids. An id of none of them stays."""
    names = {block.id: name for name, block in blocks.items()} if any(_references(value)) else {}
    return _replaced(value, _ID, lambda id_: (_NAME, names[id_]) if id_ in names else (_ID, id_))


def with_ids(value: Value, find_id: Callable[[str], str]) -> Any:
    """*value* with the ids that *find_id* returns for the names of blocks."""
    return _replaced(value, _NAME, lambda name: (_ID, find_id(name)))


@dataclass(frozen=True, slots=True)
class Expected:
    """The names of the variables and blocks that the destination has once a copy is done."""

    variables: frozenset[str]
    blocks: frozenset[str]

    @classmethod
    def of(cls, destination: Contents, changes: Sequence[CopyChange]) -> Expected:
        """What *destination* has, and what *changes* create there."""
        made = [change for change in changes if change.action is CopyAction.CREATE]
        return cls(
            frozenset(destination.variables) | {each.name for each in made if each.kind is CopyKind.VARIABLE},
            frozenset(destination.blocks) | {each.name for each in made if each.kind is CopyKind.BLOCK},
        )


def lost_reference(value: Value, source: Contents, expected: Expected) -> str:
    """Return the first variable or block that *value* refers to and that a copy leaves behind, in words.

    Empty if there is none. What a template names and *source* does not have either is nobody's concern here.
    """
    for key, named in _references(value):
        if key == _ID:
            return f"the block with the id {named}, which does not exist"
        if named not in expected.blocks:
            return _left_behind("block", named)
    for kind, named in template_names(value):
        if kind == "variables" and named in source.variables and named not in expected.variables:
            return _left_behind("variable", named)
        if kind == "blocks" and named in source.blocks and named not in expected.blocks:
            return _left_behind("block", named)
    return ""


def _left_behind(kind: str, name: str) -> str:
    return f"the {kind} `{name}`, which the destination does not get"


def template_names(value: Value) -> Iterator[tuple[str, str]]:
    """The kind and name of each variable and block that templates in *value* name, and blocks that pull
    steps do."""
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
