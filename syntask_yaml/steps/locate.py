"""Where the source of a module is, found without importing it or any package around it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import util
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Module:
    """A module that exists. *source* is None where it has none to read: a compiled or built-in one,
    or a folder without `__init__.py`. *folders* are those in which its own modules are."""

    name: str
    source: Path | None = None
    folders: tuple[Path, ...] = ()
    is_opaque: bool = False


def locate(name: str, root: Path) -> Module | None:
    """The module of a dotted *name*, as an import with *root* first on the path would find it."""
    try:
        return _located(name, root)
    except OSError:  # no file can have the name, or a folder may not be looked into
        return None


def _located(name: str, root: Path) -> Module | None:
    first, *others = name.split(".")
    folders = (root, *(Path(entry or ".") for entry in sys.path))
    module = _among(first, first, folders) or _by_finders(first)
    for part in others:
        if module is None or module.is_opaque:
            break
        module = _among(f"{module.name}.{part}", part, module.folders)
    return module


def _among(name: str, part: str, folders: Sequence[Path]) -> Module | None:
    plain: list[Path] = []  # folders that together are a namespace package
    for folder in folders:
        package = folder / part
        if (package / "__init__.py").is_file():
            return Module(name, package / "__init__.py", (package,))
        if (folder / f"{part}.py").is_file():
            return Module(name, folder / f"{part}.py")
        if any((folder / f"{part}{suffix}").is_file() for suffix in EXTENSION_SUFFIXES):
            return Module(name, is_opaque=True)
        if package.is_dir():
            plain.append(package)
    return Module(name, None, tuple(plain)) if plain else None


def _by_finders(name: str) -> Module | None:
    """A top-level module that some other finder knows: an editable install, a zip, the interpreter."""
    try:
        spec = util.find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    source = Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None
    if source is not None and not source.is_file():
        source = None
    folders = tuple(Path(folder) for folder in spec.submodule_search_locations or ())
    return Module(name, source, folders, is_opaque=source is None and not folders)
