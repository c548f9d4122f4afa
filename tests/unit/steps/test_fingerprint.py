"""Equal steps have one fingerprint, and it tells no secret."""

from __future__ import annotations

import pytest

from syntask_yaml.model.secret import Secret
from syntask_yaml.model.step import Step
from syntask_yaml.steps.fingerprint import steps_fingerprint
from syntask_yaml.template import Scope
from tests.unit.steps.conftest import shell


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ([shell("a")], [shell("a")], True),
        ([shell("a")], [shell("b")], False),
        ([shell("a", id="x")], [shell("a", id="y")], False),
        ([shell("a"), shell("b")], [shell("b"), shell("a")], False),
        ([Step("prefect.deployments.steps.git_clone", {"a": 1, "b": 2})],
         [Step("syntask.projects.steps.git_clone_project", {"b": 2, "a": 1})], True),
        ([Step("own.a", {})], [Step("own.b", {})], False),
        ([Step("own.a", {}, requires=("x", "y"))], [Step("own.a", {}, requires=("y", "x"))], True),
        ([Step("own.a", {}, requires=("x",))], [Step("own.a", {})], False),
        ([Step("own.a", {}, path=("build", 0))], [Step("own.a", {}, path=("deployments", 1))], True),
        ([Step("own.a", {"x": "{{ $A }}"})], [Step("own.a", {"x": "1"})], True),
        ([Step("own.a", {"x": "{{ $A }}"})], [Step("own.a", {"x": "{{ $B }}"})], True),
        ([Step("own.a", {"x": "{{ $A }}"})], [Step("own.a", {"x": "{{ $C }}"})], False),
        ([Step("own.a", {"x": "{{ $NONE }}"})], [Step("own.a", {"x": "{{ $GONE }}"})], False),
        ([Step("own.a", {"x": 1})], [Step("own.a", {"x": "1"})], False),
        ([Step("own.a", {"x": Secret("1")})], [Step("own.a", {"x": Secret("2")})], False),
        ([Step("own.a", {"x": Secret("1")})], [Step("own.a", {"x": Secret("1")})], True),
        ([shell("a", id="s"), shell("x-{{ s.stdout }}")],
         [shell("a", id="s"), shell("y-{{ s.stdout }}")], False),
        ([shell("a"), shell("x-{{ stdout }}")], [shell("a"), shell("y-{{ stdout }}")], False),
        ([shell("a", id="s"), shell("{{ s.stdout }}")], [shell("a", id="s"), shell("{{ s.stdout }}")], True),
    ],
)  # fmt: skip
def test_fingerprints(one: list[Step], other: list[Step], is_same: bool) -> None:
    """Two lists have the same one when they do the same, whatever their spelling and place."""
    scope = Scope(environ={"A": "1", "B": "1", "C": "2"})

    assert (steps_fingerprint(one, scope) == steps_fingerprint(other, scope)) is is_same


def test_a_fingerprint_tells_no_secret() -> None:
    """It is a hash; whoever sees it learns nothing."""
    assert "1234" not in steps_fingerprint([Step("own.a", {"x": Secret("1234")})], Scope())
