"""Files for the tests of this folder."""

from __future__ import annotations

from pathlib import Path


def write(root: Path, *names: str) -> None:
    """Make empty files; those in the way of others are left out."""
    for name in names:
        path = root / name
        if not any(parent.is_file() for parent in path.parents) and not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
