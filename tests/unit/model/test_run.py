"""Runs, and the beginnings of their ids."""

from __future__ import annotations

import pytest

from syntask_yaml.model.run import short_id


@pytest.mark.parametrize(
    ("id", "shown"),
    [
        ("2c0816ca-a730-442f-a313-5d063e3c21cf", "2c0816ca"),
        # Two runs that a schedule made at the same time.
        ("01a230f6-14ce-7c1a-8eab-28f3f5f1c7dc", "01a230f6-14ce-7c1a-8eab"),
        ("01a230f6-14ce-7bca-9dde-df08b7e487e2", "01a230f6-14ce-7bca-9dde"),
    ],
)
def test_what_is_shown_of_an_id_tells_it_from_others(id: str, shown: str) -> None:
    assert short_id(id) == shown
