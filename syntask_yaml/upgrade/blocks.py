"""A block of Prefect 2 as the mapping that files hold: its type, its name, and what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask_yaml.document.node import Node

# The fields of a deployment that hold one.
BLOCK_FIELDS = ("infrastructure", "storage")
# Types of Prefect itself. It ignored every field of such a block that is in no table, but these of the first
# versions, which had an effect.
_OWN = frozenset(
    "azure docker-container gcs github kubernetes-job local-file-system process remote-file-system s3".split()
)
_OF_FIRST = frozenset({"condaenv", "virtualenv"})
# Keys that say which block it is, and nothing that is in it, beside those that begin with `_`.
_BOOKKEEPING = frozenset({"type", "block_type_slug"})


def block_type(block: Node) -> str:
    """The slug of a block's type; it counts, and not `type`."""
    value = _mapping(block)
    return str(value.get("_block_type_slug") or value.get("block_type_slug") or "")


def block_name(block: Node) -> str:
    """The name of a block that was saved; empty for one that was written inline."""
    return saved_name(_mapping(block))


def has_copy(block: Node) -> bool:
    """Whether the values of a block are there, and not only its name."""
    return bool(own_fields(_mapping(block)))


def saved_name(value: Mapping[str, Any]) -> str:
    """The name under which the block *value* was saved; empty for one that was written inline."""
    named = value.get("_block_document_name") or ""
    name = named if isinstance(named, str) else str(named)  # of a kind of its own, where it is a template
    return "" if value.get("_is_anonymous") or name.startswith("anonymous-") else name


def own_fields(value: Mapping[str, Any]) -> dict[str, Any]:
    """What is in the block *value*, without what says which block it is."""
    return {key: item for key, item in value.items() if not is_bookkeeping(key)}


def is_bookkeeping(key: object) -> bool:
    """Whether the field *key* of a block says only which block it is."""
    return key in _BOOKKEEPING or str(key).startswith("_")


def had_no_effect(block: Node, key: str) -> bool:
    """Whether Prefect ignored the field *key* of the *block*, which is in no table."""
    return block_type(block) in _OWN and key not in _OF_FIRST


def _mapping(block: Node) -> Mapping[str, Any]:
    return block.value if isinstance(block.value, dict) else {}
