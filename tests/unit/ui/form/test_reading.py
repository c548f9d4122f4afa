"""A form from a schema, and what is read from it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syntask_yaml.ui.form.field import FormField, InputKind, fields_of
from syntask_yaml.ui.form.reading import read_entries, shown_text

_POINT = {
    "type": "object",
    "properties": {"x": {"type": "number"}, "y": {"type": "number", "default": 0.5}},
    "required": ["x"],
}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "definitions": {"Point": _POINT, "Color": {"enum": ["red", "green"], "type": "string"}},
    "properties": {
        "city": {"type": "string", "position": 1, "description": "Where."},
        "days": {"type": "integer", "position": 0},
        "factor": {"type": "number", "default": 1.5, "position": 2},
        "loud": {"type": "boolean", "default": False, "position": 3},
        "color": {"allOf": [{"$ref": "#/definitions/Color"}], "default": "red", "position": 4},
        "limit": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": 3, "position": 5},
        "point": {"$ref": "#/definitions/Point", "position": 6},
        "items": {"type": "array", "items": {"type": "integer"}, "default": [1], "position": 7},
        "api_key": {"type": "string", "format": "password", "position": 8},
    },
    "required": ["days", "city"],
}


def _fields(**values: Any) -> dict[str, FormField]:
    return {each.path[0]: each for each in fields_of(_SCHEMA, values)}


def test_each_type_has_its_kind_in_the_order_of_the_signature() -> None:
    kinds = [(name, each.kind) for name, each in _fields().items()]

    assert kinds == [
        ("days", InputKind.INTEGER),
        ("city", InputKind.TEXT),
        ("factor", InputKind.NUMBER),
        ("loud", InputKind.CHOICE),
        ("color", InputKind.CHOICE),
        ("limit", InputKind.INTEGER),
        ("point", InputKind.GROUP),
        ("items", InputKind.JSON),
        ("api_key", InputKind.SECRET),
    ]
    assert [each.name for each in _fields()["point"].fields] == ["p/point/x", "p/point/y"]


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ({"p/days": " 3 ", "p/city": "Oslo"}, {"days": 3, "city": "Oslo"}),
        ({"p/loud": "true", "p/color": '"green"'}, {"loud": True, "color": "green"}),
        ({"p/factor": "2", "p/limit": ""}, {"factor": 2.0, "limit": None}),
        ({"p/point/x": "1"}, {"point": {"x": 1.0}}),
        ({"p/items": "[1,\r\n 2]"}, {"items": [1, 2]}),
        ({"p/api_key": "s3cret"}, {"api_key": "s3cret"}),
        ({"p/unknown": "1", "p/city": ""}, {"city": ""}),
    ],
)
def test_what_was_typed_is_a_value_and_the_rest_is_not_sent(typed: dict[str, str], values: Any) -> None:
    given_values = {"days": 1, "city": "Bergen"}

    entries = read_entries(_fields(**given_values).values(), typed)

    assert entries.errors == {}
    assert entries.values == values


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({"p/days": "three"}, "p/days"),
        ({"p/factor": "nan"}, "p/factor"),
        ({"p/factor": ""}, "p/factor"),
        ({"p/point/y": "1"}, "p/point/x"),
        ({"p/items": "[1"}, "p/items"),
        ({"p/loud": "maybe"}, "p/loud"),
        ({}, "p/city"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(typed: dict[str, str], name: str) -> None:
    entries = read_entries(_fields(days=1).values(), typed)

    assert name in entries.errors


def test_a_secret_is_kept_without_being_shown() -> None:
    field = _fields(api_key="s3cret")["api_key"]

    assert shown_text(field) == ""
    assert read_entries([field], {"p/api_key": ""}).values == {}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(_SCHEMA["properties"], _JSON)))
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(values: dict[str, Any]) -> None:
    """Whatever the deployment has, also values that do not fit."""
    fields = fields_of(_SCHEMA, {"days": 1, "city": "Bergen", **values})
    typed = {each.name: shown_text(each) for top in fields for each in (top, *top.fields)}

    assert read_entries(fields, typed).values == {}
