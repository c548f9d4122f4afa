"""The Python files of a project."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from syntask_yaml.project.git_program import GitRefused, find_tree, git

SUFFIX = ".py"

# Folders of third-party or generated files, and the same outside a git repository.
SKIPPED = frozenset(
    {".nox", ".tox", ".venv", "__pycache__", "__pypackages__", "dist-packages", "node_modules"}
    | {"site-packages", "venv", "virtualenv"}
)
UNTRACKED = frozenset({"build", "dist", "eggs"})
ENVIRONMENT = "pyvenv.cfg"

# The mode of a submodule in the output of git.
_SUBMODULE = "160000 "


def python_files(root: Path) -> Sequence[str]:
    """Return the Python files below *root*, relative to it with `/`, sorted.

    In a git repository, these are tracked and untracked files that are not ignored, including submodules and
    nested repositories; elsewhere, all files outside hidden folders. Environments and installed packages are
    excluded.
    """
    listed = _from_git(root)
    return sorted(_walked(str(root)) if listed is None else listed)


def _from_git(root: Path) -> Sequence[str] | None:
    """Return the files listed by git, or None if *root* is in no repository, or git is not installed."""
    if find_tree(root) is None:
        return None
    try:
        tracked = [line.partition("\t") for line in _git_lists(root, "--stage")]
        untracked = _git_lists(root, "--others", "--exclude-standard")
    except (OSError, GitRefused):
        return None
    names = {name for _, _, name in tracked} | set(untracked)
    inner = [name for mode, _, name in tracked if mode.startswith(_SUBMODULE)]
    inner += [name.rstrip("/") for name in untracked if name.endswith("/")]
    found = [name for name in names if name.endswith(SUFFIX) and SKIPPED.isdisjoint(name.split("/"))]
    return found + [name for folder in inner for name in _from_inner(root, folder)]


def _git_lists(root: Path, *options: str) -> list[str]:
    return [os.fsdecode(line) for line in git(root, "ls-files", "-z", *options).split(b"\0") if line]


def _from_inner(root: Path, folder: str) -> Iterator[str]:
    """Yield the files of a nested repository in *folder*; none of a submodule that was not fetched."""
    if SKIPPED.isdisjoint(folder.split("/")) and (root / folder / ".git").exists():
        yield from (f"{folder}/{name}" for name in _from_git(root / folder) or ())


def _walked(root: str) -> Iterator[str]:
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(f"{root}/{folder}"))
        except OSError:
            continue
        if folder and any(entry.name == ENVIRONMENT for entry in entries):
            continue
        for entry in entries:
            name = folder + entry.name
            if entry.name.endswith(SUFFIX):
                yield name
            elif _is_project_folder(entry):
                waiting.append(f"{name}/")


def _is_project_folder(entry: os.DirEntry[str]) -> bool:
    if entry.name in SKIPPED or entry.name in UNTRACKED or entry.name.startswith("."):
        return False
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
