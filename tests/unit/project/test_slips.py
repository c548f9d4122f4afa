"""What misspelt keys were meant for."""

from __future__ import annotations

from typing import Any

import pytest

from syntask_yaml.document.node import Node
from syntask_yaml.project.slips import lost_keys, meant_by, slip_of
from syntask_yaml.source import Source


@pytest.mark.parametrize(
    ("content", "lost"),
    [
        ({"name": "shop", "values": {}, "deployments": []}, set()),
        ({"valus": {}, "x-values": {}}, {"values"}),
        ({"valus": {}, "values": {}}, set()),
        ({"defaults": [], "build": {"a.b": {}}, "include": "a/*.yaml"}, {"defaults"}),
        ({"include": {"a": 1}, "deployments": {}, "values": None}, {"include", "deployments"}),
        (["name"], set()),
    ],
)
def test_keys_that_are_there_and_cannot_be_read(content: Any, lost: set[str]) -> None:
    assert lost_keys(Node(content, Source("", ""), 0)) == lost


def test_a_key_is_meant_by_one_that_is_close_and_only_where_it_is_missing() -> None:
    assert meant_by({"expct": [], "within": 5}, "trigger") == {"expect"}
    assert meant_by({"expct": [], "expect": []}, "trigger") == set()
    assert slip_of("limit", {"limt": 5}, "concurrency_limit") == "limt"
    assert slip_of("limit", {"collision_strategy": "ENQUEUE"}, "concurrency_limit") is None
