"""Find the project file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

FILE_NAMES = ("syntask.yaml", "syntask.yml", "prefect.yaml")


def find_project_file(start: Path) -> Path | None:
    """Return the nearest project file in *start* or above, up to the root of its repository."""
    for folder in _upwards(start):
        for name in FILE_NAMES:
            candidate = folder / name
            if candidate.is_file():
                return candidate
    return None


def project_files_above(file: Path) -> list[Path]:
    """Return the nearest project file of each folder above that of *file*, nearest first."""
    above = list(_upwards(file.parent))[1:]
    found = (next(filter(Path.is_file, (folder / name for name in FILE_NAMES)), None) for folder in above)
    return [each for each in found if each is not None]


def may_have_targets(directory: Path, file: Path | None) -> bool:
    """Return whether the project of *directory*, or *file* in it, mentions targets, without parsing it."""
    found = find_project_file(directory) if file is None else directory / file
    return found is not None and any(map(_mentions_targets, (found, *project_files_above(found))))


def _mentions_targets(file: Path) -> bool:
    try:
        return b"targets" in file.read_bytes()
    except OSError:
        return False


def _upwards(start: Path) -> Iterator[Path]:
    for folder in (start, *start.parents):
        yield folder
        if (folder / ".git").exists():
            return
