"""Which schemas come back to themselves."""

from __future__ import annotations

from typing import Any

import pytest

from syntask_yaml.project.fit import misfits, subschema
from syntask_yaml.project.schema_circles import refers_to_itself

_OWN = {"$ref": "#/$defs/T"}


@pytest.mark.parametrize(
    ("part", "is_circle"),
    [
        ({"anyOf": [{"type": "null"}, _OWN]}, True),
        ({"not": _OWN}, True),
        ({"if": {"allOf": [{"$ref": "#/$defs/other"}]}}, True),
        ({"type": "object", "properties": {"inner": _OWN}}, False),
        ({"type": "array", "items": _OWN}, False),
        ({"anyOf": [{"$ref": "#/$defs/none"}, {"$ref": "elsewhere"}]}, False),
        ({"anyOf": "text", "not": None}, False),
    ],
)
def test_a_circle_is_seen(part: Any, is_circle: bool) -> None:
    assert refers_to_itself({"$defs": {"T": part, "other": _OWN}, "properties": {"x": _OWN}}) == is_circle


def test_a_model_that_holds_its_own_kind_is_explained() -> None:
    tree: Any = {"properties": {"n": {"type": "integer"}, "inner": {"items": _OWN}}}

    [found] = misfits(subschema({"$defs": {"T": tree}}, _OWN), {"inner": [{"inner": [{"n": "x"}]}]})

    assert found.named("tree") == "tree.inner[0].inner[0].n"
