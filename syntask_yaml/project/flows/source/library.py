"""The source files of a project, each located and read once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from syntask_yaml.project.flows.source.locate import Located, locate
from syntask_yaml.project.flows.source.module import Module, read_module
from syntask_yaml.project.flows.source.once import Once

_INSTALLED = frozenset({"site-packages", "dist-packages"})


class Library:
    """Reads the modules under *root*; thread-safe."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.read = Once(read_module)
        self._locate = Once(lambda key: locate(*key))

    def locate(self, name: str, search: tuple[Path, ...]) -> Located | None:
        return self._locate((name, search))

    def search_path(self, *first: Path) -> tuple[Path, ...]:
        """Where the project's own modules are imported from, *first* before the root."""
        return tuple(dict.fromkeys((*first, self.root, *self._paths_within())))

    def _paths_within(self) -> Iterator[Path]:
        # A `src` folder gets here by an editable install; what is installed is not the project's own.
        for entry in sys.path:
            path = Path(entry)
            if path.is_relative_to(self.root) and _INSTALLED.isdisjoint(path.parts):
                yield path


def everywhere(search: tuple[Path, ...]) -> tuple[Path, ...]:
    """*search*, then wherever this Python finds modules."""
    return tuple(dict.fromkeys((*search, *(Path(entry) for entry in sys.path))))


__all__ = ["Library", "Module", "everywhere"]
