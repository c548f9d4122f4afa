"""The source files of a project, each located and read once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from syntask_yaml.pysource.locate import ModuleLocation, locate
from syntask_yaml.pysource.memoize import Memo
from syntask_yaml.pysource.module import Module, read_module

# What is known by heart: a file of the project does not stand in for it.
RESERVED = frozenset(
    {*sys.stdlib_module_names, "annotated_types", "prefect", "pydantic", "syntask", "typing_extensions"}
)
_INSTALLED = frozenset({"site-packages", "dist-packages"})


class ModuleIndex:
    """Finds and reads the modules of the project at *root*; thread-safe."""

    def __init__(self, root: Path, read: Callable[[Path], Module] = read_module) -> None:
        self.root = root
        self.read = Memo(read)
        self._located: Memo[tuple[str, tuple[Path, ...]], ModuleLocation | None] = Memo(
            lambda key: locate(*key)
        )

    def locate(self, name: str, search: tuple[Path, ...]) -> ModuleLocation | None:
        """Return the module *name* in the folders of *search*, if its source is there."""
        located = self._located((name, search))
        return None if located is None or located.is_compiled else located

    def relative(self, file: Path, name: str, level: int) -> ModuleLocation | None:
        """Return the module that *file* knows as *name* behind *level* dots."""
        folder = file.parents[min(level, len(file.parents)) - 1]
        if name:
            return self.locate(name, (folder,))
        start = folder / "__init__.py"
        return ModuleLocation(start if start.is_file() else None, (folder,))

    def search_path(self, *first: Path) -> tuple[Path, ...]:
        """Return where the project's own modules are imported from, *first* before the root."""
        return tuple(dict.fromkeys((*first, self.root, *self._paths_within)))

    @cached_property
    def _paths_within(self) -> tuple[Path, ...]:
        # A `src` folder gets here by an editable install; what is installed is not the project's own.
        within = [path for path in map(Path, sys.path) if path.is_relative_to(self.root)]
        return tuple(path for path in within if _INSTALLED.isdisjoint(path.parts))


def is_reserved(module: str) -> bool:
    """Return whether *module* belongs to a package that is known by heart."""
    return module.partition(".")[0] in RESERVED
