"""Where the project file is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

FILE_NAMES = ("syntask.yaml", "syntask.yml", "prefect.yaml")


def find_project_file(start: Path) -> Path | None:
    """The nearest project file in *start* or above, no higher than the root of its repository."""
    for folder in _upwards(start):
        for name in FILE_NAMES:
            candidate = folder / name
            if candidate.is_file():
                return candidate
    return None


def _upwards(start: Path) -> Iterator[Path]:
    for folder in (start, *start.parents):
        yield folder
        if (folder / ".git").exists():
            return
