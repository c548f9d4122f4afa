"""Defaults that change at each look, such as `datetime.now()`, compared by how they are written.

Beside such a default its schema has a `$comment`, which JSON Schema keeps for remarks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COMMENT = "$comment"
_PREFIX = "default: "


def commented(schema: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    """Return *schema* with the remark that its default is written as *text*."""
    return {**schema, COMMENT: f"{_PREFIX}{text}"}


def without_written_defaults(schema: Any) -> Any:
    """Return *schema* without the values of the defaults that have such a remark."""
    if isinstance(schema, list):
        return [without_written_defaults(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    remark = schema.get(COMMENT)
    is_written = isinstance(remark, str) and remark.startswith(_PREFIX)
    return {
        key: without_written_defaults(item)
        for key, item in schema.items()
        if key != "default" or not is_written
    }
