"""Texts with templates are found with their places, and values are put there."""

from __future__ import annotations

from typing import Any

from syntask_yaml.template import NOTHING, texts_in, with_values

VALUE: dict[str, Any] = {
    "name": "plain",
    "env": {"A": "{{ $A }}", "B": "b"},
    "list": [1, {"deep": ["x", "{{ y }}"]}, None],
    "other": {"kept": [True]},
}


def test_every_text_with_braces_is_found() -> None:
    assert texts_in(VALUE) == [(("env", "A"), "{{ $A }}"), (("list", 1, "deep", 1), "{{ y }}")]


def test_a_text_alone_stands_at_the_root() -> None:
    assert (texts_in("{{ x }}"), texts_in("x"), texts_in(3)) == ([((), "{{ x }}")], [], [])


def test_values_are_put_in_place_and_the_rest_is_not_copied() -> None:
    changed = with_values(VALUE, {("env", "A"): 1, ("list", 1, "deep", 1): "z", ("env", "B"): 2})

    assert changed["env"] == {"A": 1, "B": 2}
    assert changed["list"] == [1, {"deep": ["x", "z"]}, None]
    assert changed["other"] is VALUE["other"]
    assert VALUE["env"] == {"A": "{{ $A }}", "B": "b"}
    assert VALUE["list"][1] == {"deep": ["x", "{{ y }}"]}


def test_without_changes_a_value_is_the_same_object() -> None:
    assert with_values(VALUE, {}) is VALUE
    assert with_values("{{ x }}", {(): 7}) == 7


def test_a_key_without_a_value_goes_and_an_item_stays() -> None:
    changed = with_values(VALUE, {("env", "A"): NOTHING, ("list", 1, "deep", 1): NOTHING})

    assert changed["env"] == {"B": "b"}
    assert changed["list"][1] == {"deep": ["x", "{{ y }}"]}
