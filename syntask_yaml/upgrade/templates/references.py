"""References to blocks by id in the defaults of a base job template, as a server stores them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from syntask_yaml.model.value import Json

_BLOCK = re.compile(r"\{\{\s*\w+\.blocks\.(?P<type>[\w-]+)\.(?P<name>[\w-]+)\s*\}\}")


def with_block_ids(template: Mapping[str, Json], find_id: Callable[[str, str], str]) -> Mapping[str, Json]:
    """Return *template* with ids, from *find_id*, in defaults that name a block by type and name.

    Variables of type string keep the name, which workers resolve themselves.
    """
    variables: Any = template.get("variables") or {}
    properties = variables.get("properties") or {}
    resolved = {name: _resolved(schema, find_id) for name, schema in properties.items()}
    if resolved == properties:
        return template
    return {**template, "variables": {**variables, "properties": resolved}}


def _resolved(schema: Any, find_id: Callable[[str, str], str]) -> Any:
    default = schema.get("default")
    match = _BLOCK.fullmatch(default) if isinstance(default, str) else None
    if match is None or _takes_text(schema):
        return schema
    return {**schema, "default": {"$ref": {"block_document_id": find_id(match["type"], match["name"])}}}


def _takes_text(schema: Mapping[str, Any]) -> bool:
    kinds = [schema, *(each for each in schema.get("anyOf") or () if isinstance(each, Mapping))]
    return any(each.get("type") == "string" for each in kinds)
