"""Blocks of Prefect 2 as mappings in files: the type, the name and the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask_yaml.document.node import Node

# The fields of a deployment that hold a block.
BLOCK_FIELDS = ("infrastructure", "storage")
# Types of Prefect itself. Prefect ignored unknown fields of these types, except those of early versions,
# which had an effect.
_OWN = frozenset(
    "azure docker-container gcs github kubernetes-job local-file-system process remote-file-system s3".split()
)
_OF_FIRST = frozenset({"condaenv", "virtualenv"})
# Keys that identify the block and are not values of it, besides those that begin with `_`.
_BOOKKEEPING = frozenset({"type", "block_type_slug"})


def block_type(block: Node) -> str:
    """Return the slug of a block's type. It takes precedence over `type`."""
    value = _mapping(block)
    return str(value.get("_block_type_slug") or value.get("block_type_slug") or "")


def block_name(block: Node) -> str:
    """Return the name of a saved block; empty for an inline block."""
    return saved_name(_mapping(block))


def has_copy(block: Node) -> bool:
    """Return whether *block* has values, and not only a name."""
    return bool(own_fields(_mapping(block)))


def saved_name(value: Mapping[str, Any]) -> str:
    """Return the name under which the block *value* was saved; empty for an inline block."""
    named = value.get("_block_document_name") or ""
    name = named if isinstance(named, str) else str(named)  # a TemplateText, if it is a template
    return "" if value.get("_is_anonymous") or name.startswith("anonymous-") else name


def own_fields(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the block *value*, without keys that identify the block."""
    return {key: item for key, item in value.items() if not is_bookkeeping(key)}


def is_bookkeeping(key: object) -> bool:
    """Return whether the field *key* of a block only identifies the block."""
    return key in _BOOKKEEPING or str(key).startswith("_")


def had_no_effect(block: Node, key: str) -> bool:
    """Return whether Prefect ignored the unknown field *key* of the *block*."""
    return block_type(block) in _OWN and key not in _OF_FIRST


def _mapping(block: Node) -> Mapping[str, Any]:
    return block.value if isinstance(block.value, dict) else {}
