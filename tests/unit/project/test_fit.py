"""Why values do not fit a schema, and hints for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syntask_yaml.project.fit import misfit, quotes

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


@pytest.mark.parametrize(
    ("value", "schema", "reason"),
    [
        (1.5, OPTIONAL_TEXT, "1.5 is not of type `string` or `null`."),
        (
            {"D": [1]},
            {"additionalProperties": OPTIONAL_TEXT},
            "['D']: [1] is not of type `string` or `null`.",
        ),
        (1.5, {"type": "integer"}, "1.5 is not of type `integer`."),
        ("a", OPTIONAL_TEXT, ""),
    ],
)
def test_the_types_that_a_value_may_be_of_are_named(value: Any, schema: Any, reason: str) -> None:
    assert misfit(json.dumps(schema), value) == reason
