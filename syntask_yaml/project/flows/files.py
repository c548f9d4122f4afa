"""The Python files of a project."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

SUFFIX = ".py"

# What others wrote, or what tools made; and what also is such where git does not say otherwise.
SKIPPED = frozenset(
    {".nox", ".tox", ".venv", "__pycache__", "__pypackages__", "dist-packages", "node_modules"}
    | {"site-packages", "venv", "virtualenv"}
)
UNTRACKED = frozenset({"build", "dist", "eggs"})
ENVIRONMENT = "pyvenv.cfg"


def python_files(root: Path) -> Sequence[str]:
    """The Python files below *root*, relative to it with `/`, in order.

    Inside a git repository those that git tracks or would track; elsewhere all that stand in no
    hidden folder. Environments and installed packages are left out of both.
    """
    listed = _from_git(root)
    return sorted(_walked(str(root)) if listed is None else listed)


def _from_git(root: Path) -> Sequence[str] | None:
    """What git lists, or None where *root* is in no repository, or there is no git."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return None
    import subprocess

    command = ["git", "-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "ls-files", "-z"]
    command += ["--cached", "--others", "--exclude-standard", "--", f"*{SUFFIX}"]
    try:
        done = subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    names = set(map(os.fsdecode, done.stdout.split(b"\0"))) - {""}
    return [name for name in names if SKIPPED.isdisjoint(name.split("/"))]


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
