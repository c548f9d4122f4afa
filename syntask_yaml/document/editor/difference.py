"""Format an edit as a diff."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import unified_diff

_AROUND = 3
_HUNK = re.compile(r"^@@ -(\d+)(\S*) \+(\d+)(\S*) @@")


def difference(before: str, after: str, *, file: str = "syntask.yaml") -> str:
    """Return the unified diff of two texts of *file*; empty if they are equal."""
    old, new = _lines(before), _lines(after)
    # Most of a large file is equal on both sides, and a full line-by-line comparison is slow.
    above = max(_common(old, new) - _AROUND, 0)
    old, new = old[above:], new[above:]
    below = max(_common(old[::-1], new[::-1]) - _AROUND, 0)
    old, new = old[: len(old) - below], new[: len(new) - below]
    lines = unified_diff(old, new, file, file, n=_AROUND, lineterm="")
    return "".join(f"{_HUNK.sub(lambda hunk: _moved(hunk, above), line, count=1)}\n" for line in lines)


def _lines(text: str) -> list[str]:
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if not lines[-1] else [*lines[:-1], f"{lines[-1]}\n\\ No newline at end of file"]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return the number of equal lines at the beginning."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(old), len(new)))


def _moved(hunk: re.Match[str], by: int) -> str:
    return f"@@ -{int(hunk[1]) + by}{hunk[2]} +{int(hunk[3]) + by}{hunk[4]} @@"
