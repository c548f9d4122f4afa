"""Which files the code of a project imports, directly and through others, found without running any."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias

from syntask_yaml.pysource.imports import Import, Statement, statements_of, understood
from syntask_yaml.pysource.module_index import is_reserved

# The files of a module, and the folders that hold its submodules.
_Found: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]

_START = "__init__.py"
_AT_ONCE = 1 << 16


class ImportGraph:
    """What the Python files of a project import of each other, each file read once.

    Files and folders are absolute paths. The standard library and what is installed are left out.
    """

    def __init__(self) -> None:
        self._statements: dict[str, Collection[Statement]] = {}
        self._names: dict[str, frozenset[str]] = {}

    def chains(
        self, starts: Mapping[str, str | None], search: Sequence[str], is_wanted: Callable[[str], bool]
    ) -> dict[str, tuple[str, ...]]:
        """For each of *starts* that leads to a wanted file, the shortest chain of imports to one.

        *starts* are files with the names of their modules, where they are imported by these. The imports of
        all are looked for in the folders *search*. A chain goes from its start to the wanted file.
        """
        modules = _Modules(self._names_in, search)
        edges = self._edges(starts, modules)
        toward = _toward(edges, filter(is_wanted, edges))
        return {start: tuple(_follow(start, toward)) for start in starts if start in toward}

    def _edges(self, starts: Mapping[str, str | None], modules: _Modules) -> dict[str, set[str]]:
        """What each file that can be reached imports."""
        edges: dict[str, set[str]] = {}
        waiting = list(starts)
        while waiting:
            file = waiting.pop()
            if file in edges:
                continue
            edges[file] = set(modules.imported_by(file, self._statements_of(file)))
            if name := starts.get(file):  # the packages around it run first
                edges[file].update(modules.imported_by(file, [Import(name.rpartition(".")[0])]))
            waiting += edges[file]
        return edges

    def _statements_of(self, file: str) -> Collection[Statement]:
        if file not in self._statements:
            self._statements[file] = ()
            with suppress(OSError):
                self._statements[file] = statements_of(_content(file))
        return self._statements[file]

    def _names_in(self, folder: str) -> frozenset[str]:
        """The regular files in *folder*, and its folders with `/` behind their names."""
        names = self._names.get(folder)
        if names is None:
            names = self._names[folder] = frozenset(_listed(folder))
        return names


def _content(file: str) -> bytes:
    """The bytes of a file, by as few calls as there can be: of files, there are 10,000."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        parts = [os.read(descriptor, _AT_ONCE)]
        while len(parts[-1]) == _AT_ONCE:
            parts.append(os.read(descriptor, _AT_ONCE))
        return b"".join(parts)
    finally:
        os.close(descriptor)


def _listed(folder: str) -> Iterator[str]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield f"{entry.name}/"
            elif entry.is_file():
                yield entry.name


class _Modules:
    """The files of modules, as `pysource.locate` finds them in *search*, but by lists of folders.

    Asking for each file that may be there would take longer than reading those that are.
    """

    def __init__(self, names_in: Callable[[str], frozenset[str]], search: Sequence[str]) -> None:
        self._names_in = names_in
        self._search = tuple(search)
        self._absolute: dict[str, _Found] = {}
        self._known: dict[Statement, tuple[str, ...]] = {}

    def imported_by(self, file: str, statements: Iterable[Statement]) -> Iterator[str]:
        """The files that *statements* in *file* run."""
        for each in statements:
            files = self._known.get(each)
            yield from self._look_up(file, each) if files is None else files

    def _look_up(self, file: str, statement: Statement) -> tuple[str, ...]:
        """The files that *statement* runs; where it means the same in every file, they are kept."""
        imports = understood(statement)
        found = tuple(name for each in imports for name in self._of(file, each))
        if not any(each.level for each in imports):
            self._known[statement] = found
        return found

    def _of(self, file: str, imported: Import) -> Iterable[str]:
        if imported.level:
            return self._relative(file, imported)
        return () if is_reserved(imported.module) else self._by_name(imported)

    def _by_name(self, imported: Import) -> Iterator[str]:
        files, folders = self._find(imported.module)
        yield from files
        if folders:
            for name in imported.names:
                yield from self._find(f"{imported.module}.{name}")[0][len(files) :]

    def _relative(self, file: str, imported: Import) -> Iterator[str]:
        folder = file
        for _ in range(imported.level):
            folder = os.path.dirname(folder)  # noqa: PTH120
        if _START in self._names_in(folder):
            yield f"{folder}/{_START}"
        folders: tuple[str, ...] = (folder,)
        for part in imported.module.split(".") if imported.module else ():
            files, folders = self._among(part, folders)
            yield from files
        for name in imported.names:
            yield from self._among(name, folders)[0]

    def _find(self, module: str) -> _Found:
        """The files of the packages around *module* and its own, and the folders of its submodules."""
        found = self._absolute.get(module)
        if found is None:
            outer, dot, part = module.rpartition(".")
            files, folders = self._find(outer) if dot else ((), self._search)
            own, inside = self._among(part, folders)
            found = self._absolute[module] = ((*files, *own), inside)
        return found

    def _among(self, part: str, folders: Iterable[str]) -> _Found:
        portions: list[str] = []
        for folder in folders:
            names = self._names_in(folder)
            is_folder = f"{part}/" in names
            if is_folder and _START in self._names_in(f"{folder}/{part}"):
                return (f"{folder}/{part}/{_START}",), (f"{folder}/{part}",)
            if f"{part}.py" in names:
                return (f"{folder}/{part}.py",), ()
            if is_folder:
                portions.append(f"{folder}/{part}")
        return (), tuple(portions)


def _toward(edges: Mapping[str, Iterable[str]], wanted: Iterable[str]) -> dict[str, str]:
    """For each file that leads to a wanted one, the next file on the way; a wanted one leads to itself."""
    importers: dict[str, list[str]] = {}
    for file, imported in edges.items():
        for each in imported:
            importers.setdefault(each, []).append(file)
    toward = {file: file for file in sorted(wanted)}
    waiting = deque(toward)
    while waiting:
        file = waiting.popleft()
        for importer in sorted(importers.get(file, ())):
            if importer not in toward:
                toward[importer] = file
                waiting.append(importer)
    return toward


def _follow(start: str, toward: Mapping[str, str]) -> Iterator[str]:
    yield start
    while toward[start] != start:
        start = toward[start]
        yield start
