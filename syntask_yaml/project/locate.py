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


def project_files_above(file: Path) -> list[Path]:
    """The nearest project file of each folder above that of *file*, the nearest first."""
    above = list(_upwards(file.parent))[1:]
    found = (next(filter(Path.is_file, (folder / name for name in FILE_NAMES)), None) for folder in above)
    return [each for each in found if each is not None]


def _upwards(start: Path) -> Iterator[Path]:
    for folder in (start, *start.parents):
        yield folder
        if (folder / ".git").exists():
            return
