"""Recreate the working tree of a commit for reading: files that differ are written, the rest is linked."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from syntask_yaml.project.revisions import History


def write_overlay(history: History, commit: str, differing: Collection[Path], into: Path) -> None:
    """Recreate in *into* the working tree of *history* as of *commit*.

    *differing* are all files that differ now. The time depends on their number, and not on the number of all
    files.
    """
    names = frozenset(file.relative_to(history.tree).as_posix() for file in differing)
    folders = {str(parent) for name in names for parent in Path(name).parents}
    for folder in sorted(folders):
        (into / folder).mkdir(parents=True, exist_ok=True)
        for entry in _entries(history.tree / folder):
            name = entry.relative_to(history.tree).as_posix()
            if name not in names and name not in folders:
                (into / name).symlink_to(entry)
    history.write_named(commit, into, names)


def _entries(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if each.name != ".git"] if folder.is_dir() else []
