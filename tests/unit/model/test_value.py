"""JSON as it is typed: a value, or a ValueError that says why not."""

from __future__ import annotations

import pytest

from syntask_yaml.model.value import MAX_DEPTH, read_json


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 100_000])
def test_values_inside_of_too_many_others_are_refused(depth: int) -> None:
    """However many: what walks through them later does not end in a traceback."""
    with pytest.raises(ValueError, match="more than 100 levels deep"):
        read_json("[" * depth + "]" * depth)


def test_what_a_project_file_may_hold_is_read() -> None:
    assert read_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert read_json('{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}
