"""The files of a directory to copy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.transfer.gitignore import IsIgnored, is_ignored_by, rules_of


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file at *path*, with its relative *name* (with `/`), of *size* bytes."""

    name: str
    path: Path
    size: int


def files_in(root: Path, is_ignored: IsIgnored, warn: Callable[[str], None]) -> Iterator[LocalFile]:
    """Return the files below *root* that are not excluded, by name.

    Like git, this does not search excluded directories. A link to a file in *root* counts as that file; other
    links are skipped, with a warning through *warn*.
    """
    yield from _files_in(root, "", root.resolve(), is_ignored, warn)


def _files_in(
    directory: Path, prefix: str, root: Path, is_ignored: IsIgnored, warn: Callable[[str], None]
) -> Iterator[LocalFile]:
    with os.scandir(directory) as scanned:
        entries = sorted(scanned, key=lambda entry: entry.name)
    for entry in entries:
        name, path = f"{prefix}{entry.name}", Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            if not is_ignored(f"{name}/"):
                yield from _files_in(path, f"{name}/", root, is_ignored, warn)
        elif not is_ignored(name) and _is_copied(entry, path, name, root, warn):
            yield LocalFile(name, path, path.stat().st_size)


def _is_copied(
    entry: os.DirEntry[str], path: Path, name: str, root: Path, warn: Callable[[str], None]
) -> bool:
    if not entry.is_symlink():
        return entry.is_file()
    target = path.resolve()
    if target.is_file() and root in target.parents:
        return True
    why = "does not point to a file" if not target.is_file() else "points outside the directory"
    warn(f"The link `{name}` was skipped: it {why}.")
    return False


OWN_FILE = ".syntaskignore"


def read_patterns(root: Path, ignore_file: str) -> tuple[IsIgnored, tuple[str, ...]]:
    """Return the filter of *ignore_file* and of `.syntaskignore` in *root*, and the files that were read.

    The patterns of `.syntaskignore` come last, and so take precedence. Raises StepFailed for a file that is
    not text, or contains an invalid pattern.
    """
    names = [name for name in dict.fromkeys((ignore_file, OWN_FILE)) if (root / name).is_file()]
    lines = [line for name in names for line in _lines(root / name)]
    try:
        rules = tuple(rules_of(lines))
    except ValueError as error:
        raise StepFailed(f"{_listed(names)} contains an invalid pattern: {error}.") from error
    return is_ignored_by(rules), tuple(names)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise StepFailed(f"`{path.name}` is not UTF-8 text.", hint="Write one pattern per line.") from error


def _listed(names: list[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)
