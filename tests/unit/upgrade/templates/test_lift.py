"""Patches on a concrete value, and what is said of those that do not apply."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from syntask_yaml.upgrade.templates.lift import patched, settled

DOCUMENT: dict[str, Any] = {
    "spec": {"containers": [{"name": "a", "env": [{"name": "TOKEN", "value": "hush"}]}], "n": 1},
    "labels": {"a/b": "1"},
}


def test_operations_apply_one_after_the_other_and_the_document_stays() -> None:
    """What is removed is marked, so that it goes from a template as well."""
    before = copy.deepcopy(DOCUMENT)
    patch = [
        {"op": "add", "path": "/spec/containers/0/env/-", "value": {"name": "X", "value": "1"}},
        {"op": "replace", "path": "/spec/n", "value": 2},
        {"op": "remove", "path": "/labels/a~1b"},
    ]

    after, remarks = patched(DOCUMENT, patch, "customizations")

    assert (remarks, before) == ([], DOCUMENT)
    assert [each["name"] for each in after["spec"]["containers"][0]["env"]] == ["TOKEN", "X"]
    assert (after["spec"]["n"], settled(after)["labels"]) == (2, {})
    assert after["labels"].keys() == {"a/b"}


def test_a_patch_may_be_a_json_text() -> None:
    after, remarks = patched(DOCUMENT, '[{"op": "replace", "path": "/spec/n", "value": 2}]', "customizations")

    assert (after["spec"]["n"], remarks) == (2, [])


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        ("add", ""),
        ("no JSON", ""),
        (5, ""),
        ({"op": "merge", "path": "/x"}, ": `merge /x`"),
        ({"op": "add", "value": 1}, ""),
        ({"op": "add", "path": "/x"}, ": `add /x`"),
        ({"op": "move", "path": "/x"}, ": `move /x`"),
        ({"op": "add", "path": "x", "value": 1}, ": `add x`"),
        ({"op": "add", "path": None, "value": 1}, ": `add None`"),
        ({"op": "remove", "path": "/spec/no"}, ": `remove /spec/no`"),
        ({"op": "remove", "path": "/spec/containers/2"}, ": `remove /spec/containers/2`"),
        ({"op": "add", "path": "/spec/n/x", "value": 1}, ": `add /spec/n/x`"),
        ({"op": "test", "path": "/spec/n", "value": 2}, ": `test /spec/n`"),
    ],
)
def test_an_operation_that_does_not_apply_is_named_without_the_document(operation: Any, named: str) -> None:
    """The others apply all the same."""
    sound = {"op": "replace", "path": "/spec/n", "value": 3}
    after, (remark,) = patched(DOCUMENT, [operation, sound], "customizations")

    assert remark.detail == f"Operation 1 of `customizations` does not apply{named}."
    assert "hush" not in remark.detail + remark.hint
    assert after["spec"]["n"] == 3
