"""What a command line says of a parameter, and what is meant."""

from __future__ import annotations

import pytest

from syntask_yaml.cli.arguments import key_values
from syntask_yaml.model.value import Json
from syntask_yaml.project.parameter_texts import with_texts

_TEXT: Json = {"type": "string"}
_MAYBE: Json = {"anyOf": [{"type": "string"}, {"type": "null"}]}
_EITHER: Json = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
_ANYTHING: Json = {"title": "X"}
_OTHER: Json = {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/Day"}]}


@pytest.mark.parametrize(
    ("written", "schema", "meant"),
    [
        ("1234567", _TEXT, "1234567"),
        ("1234e56", _TEXT, "1234e56"),
        ("12e4567", _MAYBE, "12e4567"),
        ("3.10", _MAYBE, "3.10"),
        ("true", _TEXT, "true"),
        ("null", _TEXT, "null"),
        ("null", _MAYBE, None),
        ("[1]", _TEXT, "[1]"),
        ('"1234567"', _TEXT, "1234567"),
        ("abc", _TEXT, "abc"),
        ("7", _EITHER, 7),
        ("7.5", _EITHER, "7.5"),
        ("7", _ANYTHING, 7),
        ("7", _OTHER, 7),
        ("7", {"type": "integer"}, 7),
        ("7", {"type": "number"}, 7),
    ],
)
def test_a_value_that_only_fits_as_a_text_is_one(written: str, schema: Json, meant: Json) -> None:
    """As a commit. The command of Prefect 3.9.1 was seen to refuse digits, and to send None for `12e4567`."""
    pairs = [f"x={written}"]
    read, texts = key_values(pairs, "--param"), key_values(pairs, "--param", is_text=True)

    assert with_texts(read, texts, {"properties": {"x": schema}}) == {"x": meant}


@pytest.mark.parametrize("schema", [None, {}, {"properties": {}}])
def test_without_a_schema_a_value_is_what_json_says(schema: Json) -> None:
    assert with_texts({"x": 7}, {"x": "7"}, schema) == {"x": 7}


def test_values_that_were_not_written_as_text_stay() -> None:
    assert with_texts({"x": 7}, {}, {"properties": {"x": _TEXT}}) == {"x": 7}
