"""Locate a module as Python would, without importing it or its packages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import reduce
from importlib import util
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import NamedTuple


class ModuleLocation(NamedTuple):
    """An existing module: its *file*, and the *folders* with its submodules.

    A folder without `__init__.py` has no file; what is compiled or built in has neither.
    """

    file: Path | None = None
    folders: tuple[Path, ...] = ()

    @property
    def is_compiled(self) -> bool:
        """Whether the module has no source."""
        return self.file is None and not self.folders

    @property
    def name(self) -> str:
        """The name of the module in messages."""
        return self.file.name if self.file else str(self.folders[0])


def locate(name: str, search: Sequence[Path]) -> ModuleLocation | None:
    """Return the module *name* from the folders in *search*, in the order of Python."""
    first, *others = name.split(".")
    return _inside(_among(first, search), others)


def locate_anywhere(name: str, first: Sequence[Path]) -> ModuleLocation | None:
    """Return the module *name* as an import finds it, with the folders in *first* added to the path."""
    part, *others = name.split(".")
    return _inside(_among(part, (*first, *map(Path, sys.path))) or _by_finders(part), others)


def _inside(outer: ModuleLocation | None, parts: Sequence[str]) -> ModuleLocation | None:
    """Return the submodule at *parts*. A compiled module may have submodules without files."""
    return reduce(
        lambda found, part: found if found is None or found.is_compiled else _among(part, found.folders),
        parts,
        outer,
    )


def _among(part: str, folders: Sequence[Path]) -> ModuleLocation | None:
    if not part.isidentifier():
        return None
    portions: list[Path] = []  # folders that together are a namespace package
    for folder in folders:
        try:
            package = folder / part
            if (start := package / "__init__.py").is_file():
                return ModuleLocation(start, (package,))
            if (file := folder / f"{part}.py").is_file():
                return ModuleLocation(file)
            if any((folder / f"{part}{suffix}").is_file() for suffix in EXTENSION_SUFFIXES):
                return ModuleLocation()
            if package.is_dir():
                portions.append(package)
        except OSError:  # no file can have the name, or the folder may not be looked into
            continue
    return ModuleLocation(None, tuple(portions)) if portions else None


def _by_finders(name: str) -> ModuleLocation | None:
    """Return a top-level module of another finder: an editable install, a zip file, the interpreter."""
    try:
        spec = util.find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    source = Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None
    folders = tuple(Path(folder) for folder in spec.submodule_search_locations or ())
    return ModuleLocation(source if source is not None and source.is_file() else None, folders)
