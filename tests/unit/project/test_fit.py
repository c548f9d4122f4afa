"""Why values do not fit a schema, and hints for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from syntask_yaml.project.fit import Misfit, fits_all, is_usable, mapping_misfits, misfits, subschema

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


# As pydantic takes it, whose patterns are those of Rust.
_LETTERS: Any = {"properties": {"name": {"type": "string", "pattern": r"^\p{L}+$"}, "n": {"type": "integer"}}}


def test_a_pattern_that_python_cannot_read_is_explained_all_the_same() -> None:
    found = misfits(json.dumps(_LETTERS), {"name": "1", "n": "x"})

    assert set(found) == {
        Misfit(("name",), r"`1` does not match `^\p{L}+$`."),
        Misfit(("n",), "`x` is not of type `integer`."),
    }
    assert misfits(json.dumps(_LETTERS), {"name": "é", "n": 1}) == ()


def test_a_number_that_no_float_holds_is_no_multiple() -> None:
    [found] = misfits(json.dumps({"type": "integer", "multipleOf": 0.3}), 10**400)

    assert "multiple of 0.3" in found.reason


@pytest.mark.parametrize("value", ["abc" * 200, [{"k": "v" * 30}] * 20])
def test_a_long_value_leaves_room_for_the_reason(value: Any) -> None:
    [found] = misfits(json.dumps({"type": "integer"}), value)

    assert found.reason.endswith("is not of type `integer`.")
    assert len(found.reason) < 200


def test_of_what_is_known_later_nothing_is_said() -> None:
    assert list(mapping_misfits(json.dumps(_LETTERS), {"name": "{{ $NAME }}", "n": 1})) == []


_SCHEMA = b'{"type": "string"}'


@pytest.fixture(name="asked")
def _asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server that has a schema, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(_SCHEMA)))
            self.end_headers()
            self.wfile.write(_SCHEMA)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/schema.json", paths
    server.shutdown()
    thread.join()
    server.server_close()


def _of(address: str) -> Any:
    return {"properties": {"x": {"$ref": address}, "y": {"anyOf": [{"type": "array"}, {"$ref": address}]}}}


def test_a_server_is_not_asked_for_a_schema(asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    schema, value = _of(address), {"x": 5, "y": {"z": "{{ $Z }}"}}

    assert not fits_all(schema, value)
    assert misfits(json.dumps(schema), value) == ()
    assert misfits(json.dumps(schema), value, formats=True) == ()
    assert list(mapping_misfits(json.dumps(schema), value)) == []
    assert paths == []


def test_a_file_is_not_read_for_a_schema(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_bytes(_SCHEMA)

    assert misfits(json.dumps(_of((tmp_path / "schema.json").as_uri())), {"x": 5}) == ()


def test_a_reference_inside_of_a_schema_is_followed() -> None:
    schema = {"properties": {"x": {"$ref": "#/definitions/T"}}, "definitions": {"T": {"type": "string"}}}

    assert [each.reason for each in misfits(json.dumps(schema), {"x": 5})] == ["5 is not of type `string`."]


OF_ANOTHER: Any = {
    "properties": {
        "size": {"enum": ["S", "M"], "default": {"$ref": "#/properties/none"}},
        "other": {"$ref": "#/properties/size"},
        "both": {"type": "object", "properties": {"one": {"$ref": "#/properties/other"}}},
        "model": {"$ref": "#/definitions/Model"},
        "itself": {"$ref": "#/properties/itself"},
    },
    "definitions": {"Model": {"type": "array", "items": {"$ref": "#/properties/size"}}},
}


@pytest.mark.parametrize(
    ("name", "right", "wrong", "at"),
    [
        ("other", "S", "L", ()),
        ("both", {"one": "M"}, {"one": "L"}, ("one",)),
        ("model", ["S"], ["S", "L"], (1,)),
    ],
)
def test_a_property_may_refer_to_another_one(
    name: str, right: Any, wrong: Any, at: tuple[str | int, ...]
) -> None:
    schema = subschema(OF_ANOTHER, OF_ANOTHER["properties"][name])

    assert is_usable(schema)
    assert misfits(schema, right) == ()
    assert [each.path for each in misfits(schema, wrong)] == [at]
    assert fits_all(OF_ANOTHER, {name: right})
    assert not fits_all(OF_ANOTHER, {name: wrong})


def test_a_reference_to_no_property_cannot_be_used_and_a_circle_ends() -> None:
    assert not is_usable(subschema(OF_ANOTHER, {"$ref": "#/properties/none"}))
    assert misfits(subschema(OF_ANOTHER, OF_ANOTHER["properties"]["itself"]), "x") == ()
