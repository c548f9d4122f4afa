"""The source files of a project, each located and read once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from syntask_yaml.pysource.locate import ModuleLocation, locate
from syntask_yaml.pysource.memoize import Memo
from syntask_yaml.pysource.module import Module, read_module

# Packages with built-in knowledge, which files of the project do not replace.
RESERVED = frozenset(
    {*sys.stdlib_module_names, "annotated_types", "prefect", "pydantic", "syntask", "typing_extensions"}
)
_INSTALLED = frozenset({"site-packages", "dist-packages"})


class ModuleIndex:
    """The modules of the project at *root*. Thread-safe."""

    def __init__(self, root: Path, read: Callable[[Path], Module] = read_module) -> None:
        self.root = root
        self.read = Memo(read)
        self._located: Memo[tuple[str, tuple[Path, ...]], ModuleLocation | None] = Memo(
            lambda key: locate(*key)
        )

    def locate(self, name: str, search: tuple[Path, ...]) -> ModuleLocation | None:
        """Return the module *name* from the folders in *search*, if it has source."""
        located = self._located((name, search))
        return None if located is None or located.is_compiled else located

    def relative(self, file: Path, name: str, level: int) -> ModuleLocation | None:
        """Return the module that *file* imports as *name* after *level* dots."""
        folder = file.parents[min(level, len(file.parents)) - 1]
        if name:
            return self.locate(name, (folder,))
        start = folder / "__init__.py"
        return ModuleLocation(start if start.is_file() else None, (folder,))

    def search_path(self, *first: Path) -> tuple[Path, ...]:
        """Return the search path of the project's own modules, with *first* before the root."""
        return tuple(dict.fromkeys((*first, self.root, *self._paths_within)))

    @cached_property
    def _paths_within(self) -> tuple[Path, ...]:
        # An editable install adds a `src` folder; other installed packages are not part of the project.
        within = [path for path in map(Path, sys.path) if path.is_relative_to(self.root)]
        return tuple(path for path in within if _INSTALLED.isdisjoint(path.parts))


def is_reserved(module: str) -> bool:
    """Return whether *module* belongs to a package with built-in knowledge."""
    return module.partition(".")[0] in RESERVED
