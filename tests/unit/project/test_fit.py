"""Why values do not fit a schema, and hints for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syntask_yaml.project.fit import misfits

OPTIONAL_TEXT: Any = {"anyOf": [{"type": "string"}, {"type": "null"}]}
INT = "Remove its quotes. If it comes from a template, end that with `| int`."
FLOAT = "Remove its quotes. If it comes from a template, end that with `| float`."
TEXTS: Any = {"type": "object", "additionalProperties": {"type": "string"}}


MODEL: Any = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
    "required": ["a", "b"],
}


def reasons(schema: Any, value: Any) -> list[str]:
    return [
        f"{each.named('it')}: {each.reason} {each.hint}".rstrip()
        for each in misfits(json.dumps(schema), value)
    ]


@pytest.mark.parametrize(
    ("value", "schema", "hints"),
    [
        (512, {"type": "string"}, ["Quote it."]),
        (512, OPTIONAL_TEXT, ["Quote it."]),
        (True, {"type": ["string", "null"]}, ["Quote it."]),
        ({"A": "1", "B": 1, "C": 2}, TEXTS, ["Quote it.", "Quote it."]),
        ({"A": 1}, {"type": "object", "additionalProperties": OPTIONAL_TEXT}, ["Quote it."]),
        (512, {"type": "array"}, [""]),
        ([], {"anyOf": [{"type": "string"}, {"type": "integer"}]}, [""]),
        ("a", {"type": "integer"}, [""]),
        ("3", {"type": "integer"}, [INT]),
        ("3", {"anyOf": [{"type": "integer"}, {"type": "null"}]}, [INT]),
        ("3.5", {"type": "integer"}, [""]),
        ("3.5", {"type": "number"}, [FLOAT]),
        ("yes", {"type": "boolean"}, ["Write `true`, without quotes."]),
        ("False", {"type": "boolean"}, ["Write `false`, without quotes."]),
        ("maybe", {"type": "boolean"}, [""]),
        ('{"a": 1}', {"type": "object"}, ["Remove its quotes."]),
        ("[1]", {"type": "array"}, ["Remove its quotes."]),
        ("[1]", {"type": "object"}, [""]),
        ('{"a":', {"type": "object"}, ["It is text, because it is not valid JSON."]),
        ("{a", {"type": "integer"}, [""]),
        ("5", {"type": "string", "minLength": 2}, [""]),
        ({"A": [1]}, TEXTS, [""]),
        ("ful", {"enum": ["full", "delta", 1]}, ["Did you mean `full`?"]),
        ("other", {"anyOf": [{"enum": ["full"]}, {"type": "null"}]}, [""]),
    ],
)
def test_a_value_that_was_written_as_another_type_and_a_slip_are_told_what_to_write(
    value: Any, schema: Any, hints: list[str]
) -> None:
    assert [each.hint for each in misfits(json.dumps(schema), value)] == hints


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ([], OPTIONAL_TEXT, ["it: [] is not of type `string` or `null`."]),
        (
            {"D": [1]},
            {"additionalProperties": OPTIONAL_TEXT},
            ["it.D: [1] is not of type `string` or `null`."],
        ),
        (1.5, {"type": "integer"}, ["it: 1.5 is not of type `integer`."]),
        (None, {"type": "string"}, ["it: null is not of type `string`."]),
        ({"a": [True]}, {"type": "string"}, ['it: {"a": [true]} is not of type `string`.']),
        ("a", OPTIONAL_TEXT, []),
    ],
)
def test_the_types_that_a_value_may_be_of_are_named(value: Any, schema: Any, expected: list[str]) -> None:
    assert reasons(schema, value) == expected


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ([1, "x", 2], {"items": {"type": "string"}}, ["it[0]: 1 …", "it[2]: 2 …"]),
        ({}, MODEL, ["it: `a` …", "it: `b` …"]),
        ({"a": "x", "b": 1}, {"anyOf": [MODEL, {"type": "null"}]}, ["it.a: `x` …", "it.b: 1 …"]),
        ([{"a": 1}], {"items": {"anyOf": [{"type": "string"}, MODEL]}}, ["it[0]: `b` …"]),
        ({"x": {"a": "x", "b": "y"}}, {"properties": {"x": MODEL}}, ["it.x.a: `x` …"]),
        ({"a": "x", "b": "y"}, {"anyOf": [False, MODEL]}, ["it.a: `x` …"]),
        ([], {"anyOf": [False, {"type": "string"}]}, ["it: [] …"]),
    ],
)
def test_each_part_that_does_not_fit_is_named(value: Any, schema: Any, expected: list[str]) -> None:
    """Of alternatives, only the one that is of the type of the value counts."""
    assert [f"{' '.join(each.split()[:2])} …" for each in reasons(schema, value)] == expected


def test_a_format_beside_an_alternative_that_takes_nothing_is_looked_at() -> None:
    schema = json.dumps({"anyOf": [False, {"type": "string", "format": "date"}]})

    assert [each.reason for each in misfits(schema, "soon", formats=True)] == ["`soon` is not a `date`."]
