"""Changed files, found by any path or link."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path


class ChangedFiles:
    """Changed *files* of a repository, by absolute paths without links.

    A file is also found through a link, and in a changed submodule.
    """

    def __init__(self, files: Collection[Path]) -> None:
        self._files = frozenset(files)
        self._folders: dict[str, frozenset[str] | None] = {}

    def has(self, file: str) -> bool:
        """Return whether the file at this absolute path has changed."""
        folder, _, name = file.rpartition("/")
        names = self._known_names_in(folder)
        return names is None or name in names

    def paths_in(self, folder: str) -> list[str]:
        """Return the paths of changed files in *folder*, an absolute path with or without links."""
        names = self._known_names_in(folder)
        return [f"{folder}/{name}" for name in (_all_in(folder) if names is None else names)]

    def __iter__(self) -> Iterator[Path]:
        return iter(sorted(self._files))

    def below(self, folder: Path) -> list[str]:
        """Return the names of changed files below *folder*, relative to it with `/`, sorted."""
        real = folder.resolve()
        return [file.relative_to(real).as_posix() for file in self if file.is_relative_to(real)]

    def has_suffix(self, *suffixes: str) -> bool:
        """Return whether the name of a changed file ends in one of *suffixes*."""
        return any(file.suffix in suffixes for file in self._files)

    def _known_names_in(self, folder: str) -> frozenset[str] | None:
        if folder not in self._folders:
            self._folders[folder] = self._names_in(folder)
        return self._folders[folder]

    def _names_in(self, folder: str) -> frozenset[str] | None:
        """Return the names of changed files in *folder*, and of links to them; None if all files changed.

        Resolving the links of a folder is faster than resolving each of its files.
        """
        real = os.path.realpath(folder)
        if self._is_in_submodule(f"{real}/any"):
            return None
        linked = (link for link in _links_in(real) if self._has_real(os.path.realpath(f"{real}/{link}")))
        return frozenset((*self._names.get(real, ()), *linked))

    def _has_real(self, file: str) -> bool:
        folder, _, name = file.rpartition("/")
        return name in self._names.get(folder, ()) or self._is_in_submodule(file)

    def _is_in_submodule(self, file: str) -> bool:
        return bool(self._submodules) and not self._submodules.isdisjoint(Path(file).parents)

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        """The names of the changed files by folder."""
        names: dict[str, set[str]] = {}
        for file in self._files:
            names.setdefault(str(file.parent), set()).add(file.name)
        return names

    @cached_property
    def _submodules(self) -> frozenset[Path]:
        return frozenset(file for file in self._files if file.is_dir() and not file.is_symlink())


def _all_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208  (names are enough)
    except OSError:
        return []


def _links_in(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_symlink()]
    except OSError:
        return []
