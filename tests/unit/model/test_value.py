"""JSON as it is typed: a value, or a ValueError that says why not."""

from __future__ import annotations

import pytest

from syntask_yaml.model.value import MAX_DEPTH, is_same_json, read_json


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 100_000])
def test_values_inside_of_too_many_others_are_refused(depth: int) -> None:
    """However many: what walks through them later does not end in a traceback."""
    with pytest.raises(ValueError, match="more than 100 levels deep"):
        read_json("[" * depth + "]" * depth)


def test_what_a_project_file_may_hold_is_read() -> None:
    assert read_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert read_json('{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        ({"a": 1, "b": True}, {"b": True, "a": 1}),
        ({}, {}),
        (("x", 0.5), ("x", 0.5)),
    ],
)
def test_equal_values_are_seen_to_be_the_same(one: object, other: object) -> None:
    """Whatever the order of their keys."""
    assert is_same_json(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": [1]}, {"a": [True]}),
        ({"a": 1}, {"a": 1.0}),
        ({"a": None}, {"b": None}),
        ({"a": None}, {"b": 1}),
        ({"a": 1}, {"a": 1, "b": None}),
        ([1], (1,)),
        ([1], [1, 2]),
        (0, False),
    ],
)
def test_what_json_tells_apart_is_not_the_same(one: object, other: object) -> None:
    """Python takes some of it for equal."""
    assert not is_same_json(one, other)
    assert not is_same_json(other, one)
