"""The pictures of the README show what a terminal shows."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable, Mapping

import pytest

from tests.conftest import CHECKOUT

DRAWN = runpy.run_path(str(CHECKOUT / "docs" / "draw.py"))
PICTURES: Mapping[str, Callable[[], str]] = DRAWN["PICTURES"]


def without_dates(picture: str) -> str:
    """The wizard shows when a schedule fires next, which is another day each day, and a calendar of that."""
    picture = re.sub(r"[A-Z][a-z]{2}(\s|&#160;)\d{4}-\d\d-\d\d", "DAY", picture)
    return re.sub(r"<text [^>]*>(&#160;){4}([A-Z][a-z]{2}|[\d\[])?(&#160;|[\d\[\]])+</text>", "WEEK", picture)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_current(name: str) -> None:
    """`python docs/draw.py` writes it anew."""
    kept = (CHECKOUT / "docs" / "pictures" / name).read_text(encoding="utf-8")
    assert without_dates(PICTURES[name]()) == without_dates(kept)
