"""Validation of the fields of blocks against their type, with secret fields as `Secret`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound
from syntask_yaml.model.block import BLOCK_TYPES, Block, BlockType, problems_of_fields
from syntask_yaml.model.secret import Secret, revealed, with_secret_texts
from syntask_yaml.model.value import Json


def fitted(block: Block) -> Block:
    """Return *block* with its secret fields wrapped. Raises BackendRefused if it does not match its type."""
    kind = BLOCK_TYPES.get(block.type)
    if kind is None:
        known = ", ".join(f"`{slug}`" for slug in BLOCK_TYPES)
        raise BackendRefused(
            f"The backend has no block type `{block.type}`.",
            hint=did_you_mean(block.type, BLOCK_TYPES, otherwise=f"Available types: {known}."),
        )
    check_fields(block, kind.fields, kind.required)
    return replace(block, data={name: _wrapped(kind, name, value) for name, value in block.data.items()})


def check_fields(block: Block, fields: Collection[str], required: Collection[str]) -> None:
    """Raise BackendRefused if *block* has a field that is not in *fields*, or lacks a *required* one."""
    for found in problems_of_fields(block.type, block.data, fields, required):
        raise BackendRefused(found.detail, hint=found.hint, field="" if found.is_missing else found.field)


def shaped(block: Block, kind: BlockType) -> Block:
    """Return *block* with its object fields as objects; they can be passed as JSON text."""
    data = {
        name: _object(block, name, value) if name in kind.object_fields else value
        for name, value in block.data.items()
    }
    return replace(block, data=data)


def _object(block: Block, name: str, value: Json | Secret) -> Json | Secret:
    text = revealed(value)
    if not isinstance(text, str):
        return value
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        detail = f"The field `{name}` of the block `{block.full_name}` is not a JSON object."
        raise BackendRefused(detail, hint=f"Set `{name}` to a JSON object.", field=name) from None
    return with_secret_texts(found) if isinstance(value, Secret) else found


def references_in(block: Block, kind: BlockType) -> dict[str, str]:
    """Return the `type/name` of the blocks that *block* refers to, by field."""
    return {
        name: value
        for name in kind.reference_fields
        if isinstance(value := block.data.get(name), str) and "/" in value
    }


def check_secrets(block: Block, kind: BlockType) -> None:
    """Raise BackendRefused if a secret field of *block* is not text."""
    for name, value in block.data.items():
        if name not in kind.object_fields:
            _wrapped(kind, name, value)


def _wrapped(kind: BlockType, name: str, value: Json | Secret) -> Json | Secret:
    if name not in kind.secret_fields or isinstance(value, Secret):
        return value
    if value is None and name not in kind.required:
        return None
    if isinstance(value, str):
        return Secret(value)
    raise BackendRefused(
        f"The field `{name}` of a block of type `{kind.slug}` is secret and must be text.",
        hint="Pass the value as text.",
        field=name,
    )


def no_such_block(type: str, name: str) -> NotFound:
    return NotFound(
        f"The backend has no block `{type}/{name}`.", hint="Run `syntask block ls` to list the blocks."
    )


def block_exists(block: Block) -> BackendConflict:
    return BackendConflict(
        f"The block `{block.type}/{block.name}` already exists.",
        hint="Choose another name, or delete the existing block first.",
    )
