"""What an expression costs, and how large a value is."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.template.costs import MAX_STEPS, budget, size, spend


def test_the_steps_of_one_expression_are_not_taken_from_another_one() -> None:
    for _ in range(3):
        with budget():
            spend(MAX_STEPS)


@settings(deadline=None)
@given(
    st.recursive(
        st.text(max_size=5) | st.integers(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)
    )
)
def test_the_size_of_a_value_counts_everything_in_it(value: Any) -> None:
    """Each thing in a container counts one and its own size; a text counts its characters."""
    if isinstance(value, dict):
        value = list(value.values())
    own = sum(1 + size(each) for each in value) if isinstance(value, list) else None
    assert size(value) == (len(value) if isinstance(value, str) else 1 if own is None else own)
