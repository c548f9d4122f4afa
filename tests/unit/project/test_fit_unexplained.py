"""Schemas that the quick library understands, and the one that explains misfits does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syntask_yaml.project.fit import Misfit, mapping_misfits, misfits

# As pydantic takes it, whose patterns are those of Rust.
_LETTERS: Any = {"properties": {"name": {"type": "string", "pattern": r"^\p{L}+$"}, "n": {"type": "integer"}}}
_CIRCLE: Any = {
    "$ref": "#/definitions/T",
    "definitions": {"T": {"allOf": [{"$ref": "#/definitions/T"}, {"type": "array"}]}},
}


def test_a_pattern_that_python_cannot_read_is_explained_all_the_same() -> None:
    found = misfits(json.dumps(_LETTERS), {"name": "1", "n": "x"})

    assert set(found) == {
        Misfit(("name",), r"`1` does not match `^\p{L}+$`."),
        Misfit(("n",), "`x` is not of type `integer`."),
    }
    assert misfits(json.dumps(_LETTERS), {"name": "é", "n": 1}) == ()


def test_a_schema_in_a_circle_is_explained_as_far_as_it_goes() -> None:
    assert misfits(json.dumps(_CIRCLE), 5) == (Misfit((), "5 is not of type `array`."),)


def test_a_number_that_no_float_holds_is_no_multiple() -> None:
    [found] = misfits(json.dumps({"type": "integer", "multipleOf": 0.3}), 10**400)

    assert "multiple of 0.3" in found.reason


@pytest.mark.parametrize("value", ["abc" * 200, [{"k": "v" * 30}] * 20])
def test_a_long_value_leaves_room_for_the_reason(value: Any) -> None:
    [found] = misfits(json.dumps({"type": "integer"}), value)

    assert found.reason.endswith("is not of type `integer`.")
    assert len(found.reason) < 200


@pytest.mark.parametrize("schema", [_LETTERS, _CIRCLE])
def test_of_what_is_known_later_nothing_is_said(schema: Any) -> None:
    assert list(mapping_misfits(json.dumps(schema), {"name": "{{ $NAME }}", "n": 1})) == []
