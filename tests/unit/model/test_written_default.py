"""Defaults that change at each look are compared by how they are written."""

from __future__ import annotations

import pytest

from syntask_yaml.model.written_default import commented, without_written_defaults


def schema(default: str, text: str | None) -> object:
    field = {"type": "string", "default": default}
    return {"properties": {"at": field if text is None else commented(field, text)}}


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        (("2026-01-01", "now()"), ("2026-01-02", "now()"), True),
        (("2026-01-01", "now()"), ("2026-01-02", "utcnow()"), False),
        (("2026-01-01", None), ("2026-01-02", "now()"), False),
        (("2026-01-01", None), ("2026-01-02", None), False),
    ],
)
def test_a_default_with_its_text_is_compared_by_that(
    before: tuple[str, str | None], after: tuple[str, str | None], is_same: bool
) -> None:
    compared = [without_written_defaults(schema(*side)) for side in (before, after)]

    assert (compared[0] == compared[1]) is is_same
