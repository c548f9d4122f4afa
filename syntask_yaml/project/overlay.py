"""The working tree as it was at a commit, for reading: what differs is written, the rest is linked to."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from syntask_yaml.project.revisions import History


def write_overlay(history: History, commit: str, differing: Collection[Path], into: Path) -> None:
    """Make *into* the working tree of *history* as it was at *commit*.

    *differing* are all files that are not as they were. This takes as long as there are such files, not as
    there are files.
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
