"""Hints for values that do not fit a schema."""

from __future__ import annotations

from typing import Any

import pytest

from syntask_yaml.project.fit import quotes

OPTIONAL_TEXT: Any = {"anyOf": [{"type": "string"}, {"type": "null"}]}
TEXTS: Any = {"type": "object", "additionalProperties": {"type": "string"}}


@pytest.mark.parametrize(
    ("value", "schema", "hint"),
    [
        (512, {"type": "string"}, "Quote it."),
        (512, OPTIONAL_TEXT, "Quote it."),
        (True, {"type": ["string", "null"]}, "Quote it."),
        ({"A": "1", "B": 1}, TEXTS, "Quote the value of `B`."),
        ({"A": 1}, {"type": "object", "additionalProperties": OPTIONAL_TEXT}, "Quote the value of `A`."),
        (512, {"type": "array"}, ""),
        (1.5, {"anyOf": [{"type": "string"}, {"type": "integer"}]}, ""),
        ("a", {"type": "integer"}, ""),
        ({"A": 1}, {"type": "object", "additionalProperties": True}, ""),
        ({"A": [1]}, TEXTS, ""),
    ],
)
def test_a_number_where_text_is_meant_is_to_be_quoted(value: Any, schema: Any, hint: str) -> None:
    assert quotes(value, schema) == hint
