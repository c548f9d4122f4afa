"""Compare defaults that change with every evaluation, such as `datetime.now()`, by their source text.

The source text is in the `$comment` of the parameter's schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COMMENT = "$comment"
_PREFIX = "default: "


def commented(schema: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    """Return *schema* with the source *text* of its default as a comment."""
    return {**schema, COMMENT: f"{_PREFIX}{text}"}


def without_written_defaults(schema: Any) -> Any:
    """Return *schema* without the values of defaults that have such a comment."""
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
