"""A node is a view of a value, with its path and its place."""

from __future__ import annotations

import gc

import pytest

from syntask_yaml.document.location import AliasLocation, MappingLocation, start_of
from syntask_yaml.document.node import Node
from tests.unit.document.conftest import read_text


@pytest.fixture(name="root")
def _root() -> Node:
    return read_text("a: [x, {b: y}]\nc: &c {d: z}\ne: *c\n").root


@pytest.mark.parametrize("step", ["nothing", 0, -1, 2])
def test_child_that_is_not_there(root: Node, step: str | int) -> None:
    """Keys and indices that a value does not have lead nowhere; an index does not count from the end."""
    assert root.get(step) is None
    assert root.at(("a",)).get(step) is None if step != 0 else True
    assert root.at(("a", 0)).get(step) is None


def test_children_in_the_order_they_were_written(root: Node) -> None:
    """A mapping's values and a list's items come in file order, a scalar has none."""
    assert [child.path for child in root.children()] == [("a",), ("c",), ("e",)]
    assert [child.path for child in root.at(("a",)).children()] == [("a", 0), ("a", 1)]
    assert list(root.at(("a", 0)).children()) == []


def test_at_stops_at_the_deepest_node_on_the_way(root: Node) -> None:
    """A path that leads too far ends at the last value that is there."""
    assert root.at(("a", 1, "q", "r")).path == ("a", 1)


def test_place_where_a_template_put_a_mapping(root: Node) -> None:
    """Values that were not written are at the place of what was."""
    node = root.at(("a", 0)).with_value({"new": [1]})
    inner = node.at(("new", 0))

    assert inner.path == ("a", 0, "new", 0)
    assert f"{inner.span.line}:{inner.span.column}" == "1:5"


def test_place_of_what_an_option_adds(root: Node) -> None:
    """A key that is not in the file is at the mapping that it was added to."""
    node = root.with_value({**root.value, "added": "text"})
    added = node.get("added")

    assert added is not None
    assert f"{added.span.line}:{added.span.column}" == "1:1"
    assert added.problem("wrong-type", "No.").path == ("added",)


def test_problem_of_a_borrowed_value(root: Node) -> None:
    """A problem has where the value was written, and where it is used."""
    node = root.at(("e", "d"))
    problem = node.problem("wrong-type", "No.", "Yes.", at_key=True)

    assert (problem.span and problem.span.text, problem.used and problem.used.text) == ("d", "*c")
    assert problem.path == ("e", "d")
    assert node.span.text == "z"


def test_start_of_a_place() -> None:
    """However often a place is borrowed, it starts where it was written."""
    assert start_of(AliasLocation(9, AliasLocation(7, MappingLocation(3)))) == 3
    assert start_of(AliasLocation(9, 4)) == 4


def test_collector_runs_again_after_reading() -> None:
    """Reading rests the collector, and wakes it also after an error."""
    read_text("a: [")

    assert gc.isenabled()


@pytest.mark.parametrize(
    ("text", "found"),
    [("a: [1, 2]", [1, 2]), ("a: 1", [1]), ("a: {b: 1}", [{"b": 1}]), ("a: []", []), ("b: 1", [])],
)
def test_what_may_be_written_once_or_several_times(text: str, found: list[object]) -> None:
    assert [each.value for each in read_text(text).root.each_of("a")] == found
