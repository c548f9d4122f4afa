"""The files that changed, however they are reached."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path


class ChangedFiles:
    """Some *files* of a repository, by absolute paths without links.

    A file is among them also where a link leads to it, and in a submodule if that is among them.
    """

    def __init__(self, files: Collection[Path]) -> None:
        self._files = frozenset(files)
        self._names = frozenset(map(str, files))
        self._folders: dict[str, tuple[str, frozenset[str]]] = {}

    def has(self, file: str) -> bool:
        """Whether the file at this absolute path is among them."""
        real = self._real(file)
        if real in self._names:
            return True
        return bool(self._submodules) and not self._submodules.isdisjoint(Path(real).parents)

    def __iter__(self) -> Iterator[Path]:
        return iter(sorted(self._files))

    def below(self, folder: Path) -> list[str]:
        """The names of those in *folder*, relative to it with `/`, in order."""
        real = folder.resolve()
        return [file.relative_to(real).as_posix() for file in self if file.is_relative_to(real)]

    def has_suffix(self, *suffixes: str) -> bool:
        """Whether the name of one ends so."""
        return any(file.suffix in suffixes for file in self._files)

    @cached_property
    def _submodules(self) -> frozenset[Path]:
        return frozenset(file for file in self._files if file.is_dir() and not file.is_symlink())

    def _real(self, file: str) -> str:
        folder, _, name = file.rpartition("/")
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder), _links_in(folder)
        real, links = self._folders[folder]
        return os.path.realpath(file) if name in links else f"{real}/{name}"


def _links_in(folder: str) -> frozenset[str]:
    """The names of the links in *folder*: listing it takes less time than looking at each file."""
    try:
        with os.scandir(folder or "/") as entries:
            return frozenset(entry.name for entry in entries if entry.is_symlink())
    except OSError:
        return frozenset()
