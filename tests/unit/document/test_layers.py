"""The merge rule: mappings by key, the rest replaces, `key+` appends, null removes; places are kept."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.layer_nodes import in_layer, layer_of, replaced_by
from syntask_yaml.document.layers import Layers
from syntask_yaml.document.node import Node
from syntask_yaml.document.reader import read
from syntask_yaml.source import Source


def layer(text: str, name: str) -> Node:
    return in_layer(read(Source(f"{name}.yaml", text)).root, name)


def merged(*texts: str, whole: frozenset[str] = frozenset()) -> tuple[Node, list[Diagnostic]]:
    """The settled merge of *texts*, the lowest first, and its problems."""
    layers = Layers(whole)
    nodes = [layer(text, name) for text, name in zip(texts, "abc", strict=False)]
    settled = layers.settled(layers.merged(nodes))
    return settled, [problem for problem, *_sides in layers.conflicts]


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [
        ("{a: 1}", "{b: 2}", {"a": 1, "b": 2}),
        ("{a: 1}", "{a: 2}", {"a": 2}),
        ("{a: [1]}", "{a: [2]}", {"a": [2]}),
        ("{a: {x: 1, y: 1}}", "{a: {y: 2}}", {"a": {"x": 1, "y": 2}}),
        ("{a: 1}", "{a: {y: 2}}", {"a": {"y": 2}}),
        ("{a: {y: 2}}", "{a: 1}", {"a": 1}),
        ("{a: 1, b: 1}", "{a: null}", {"b": 1}),
        ("{a: {x: 1, y: 1}}", "{a: {x: null}}", {"a": {"y": 1}}),
        ("{b: 1}", "{a: null}", {"a": None, "b": 1}),
        ("{a: null}", "{a: null}", {"a": None}),
        ("{a: [1]}", "{a+: [2]}", {"a": [1, 2]}),
        ("{a: null}", "{a+: [2]}", {"a": [2]}),
        ("{}", "{a+: [2]}", {"a": [2]}),
        ("{a+: [1]}", "{a+: [2]}", {"a": [1, 2]}),
        ("{a+: [1]}", "{a: [2]}", {"a": [2]}),
        ("{}", "{a+: [2], a: [1]}", {"a": [1, 2]}),
        ("{a: [0]}", "{a+: [2], a: [1]}", {"a": [1, 2]}),
        ("{}", "{C+: text}", {"C+": "text"}),
        ("{a: &x {n: 1}, b: *x}", "{b: {m: 2}}", {"a": {"n": 1}, "b": {"n": 1, "m": 2}}),
    ],
)
def test_two_layers(below: str, above: str, expected: object) -> None:
    node, problems = merged(below, above)
    assert (node.value, problems) == (expected, [])


def test_a_key_that_is_whole_is_replaced() -> None:
    node, problems = merged("{pull: {a.b: {x: 1}}}", "{pull: [c.d]}", whole=frozenset({"pull"}))
    assert (node.value, problems) == ({"pull": ["c.d"]}, [])


@pytest.mark.parametrize("above", ["{a: [1]}", "{a+: [1]}"])
def test_a_list_and_a_mapping_are_no_two_layers(above: str) -> None:
    _node, (problem,) = merged("{a: {x: 1}}", above)
    assert problem.code == "conflicting-layers"
    assert "a list here, and a mapping in a (a.yaml:1:5)" in problem.detail
    assert str(problem.span) == "b.yaml:1:2"


def test_places_and_what_was_replaced() -> None:
    node, _problems = merged("{pool: {name: one, queue: q}}", "{pool: {name: two}}", "{pool: {name: three}}")
    name, queue = node.at(("pool", "name")), node.at(("pool", "queue"))
    assert (str(name.span), str(name.key_span), layer_of(name)) == ("c.yaml:1:15", "c.yaml:1:9", "c")
    assert [(each.value, str(each.span)) for each in replaced_by(name)] == [
        ("two", "b.yaml:1:15"),
        ("one", "a.yaml:1:15"),
    ]
    assert (str(queue.span), layer_of(queue), replaced_by(queue)) == ("a.yaml:1:27", "a", [])


def test_items_of_an_appended_list_keep_their_places() -> None:
    node, _problems = merged("tags: [x]", "tags+:\n- y")
    assert [str(each.span) for each in node.each_of("tags")] == ["a.yaml:1:8", "b.yaml:2:3"]


VALUES = st.recursive(
    st.none() | st.integers(0, 2) | st.lists(st.integers(0, 2), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)
LAYER = st.dictionaries(st.sampled_from(["a", "b", "c", "c+"]), VALUES, max_size=3).filter(
    lambda each: isinstance(each.get("c", []), list) and isinstance(each.get("c+", []), list)
)


@given(LAYER, LAYER, LAYER)
def test_merging_is_associative(first: object, second: object, third: object) -> None:
    one, two, three = (
        layer(json.dumps(each), name) for each, name in zip((first, second, third), "abc", strict=True)
    )
    layers = Layers(frozenset())
    left = layers.settled(layers.merge(layers.merge(one, two), three))
    right = layers.settled(layers.merge(one, layers.merge(two, three)))
    if not layers.conflicts:  # a list that met a mapping is no merge
        assert left.value == right.value
