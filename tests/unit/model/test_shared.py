"""What many deployments have alike is made once."""

from __future__ import annotations

from typing import Any

from syntask_yaml.model.shared import once_per_content, once_per_object
from syntask_yaml.model.value import Unknown


def test_equal_values_lead_to_one_object() -> None:
    asked: list[Any] = []

    @once_per_content
    def listed(value: Any) -> list[Any]:
        asked.append(value)
        return [value]

    assert listed({"a": [1]}) is listed({"a": [1]})
    assert listed({"a": [1.0]}) == [{"a": [1.0]}]
    assert listed({"a": [True]}) == [{"a": [True]}]
    assert asked == [{"a": [1]}, {"a": [1.0]}, {"a": [True]}]
    assert [type(each["a"][0]) for each in asked] == [int, float, bool]


def test_what_is_no_json_is_not_remembered() -> None:
    named = once_per_content(lambda value: [value])

    assert named(Unknown("x")) is not named(Unknown("x"))


def test_one_object_is_asked_once_and_an_equal_one_again() -> None:
    @once_per_object
    def measured(value: list[int]) -> list[int]:
        return [len(value)]

    one, other = [1], [1]

    assert measured(one) is measured(one)
    assert measured(one) is not measured(other)
