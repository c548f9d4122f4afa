"""The imports of a project's code, direct and transitive, found without running it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import TypeAlias, TypeVar

from syntask_yaml.pysource.imports import Import, Statement, statements_of, understood
from syntask_yaml.pysource.module_index import RESERVED

# The files of a module, and the directories of its submodules.
_Found: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
_Key = TypeVar("_Key")
_Result = TypeVar("_Result")

_START, _SUFFIX = "__init__", ".py"
_RELATIVE = ""  # stands for files that depend on the importing file
_READ_SIZE = 1 << 14


class ImportGraph:
    """The graph of imports between the Python files of a project. Each file is read once.

    Paths are absolute. The standard library and installed packages are not included. *wanted_in* returns the
    wanted files in a directory.
    """

    def __init__(self, wanted_in: Callable[[str], Iterable[str]]) -> None:
        self._wanted_in = wanted_in
        self._wanted: set[str] = set()
        self._statements: _Memo[str, Collection[Statement]] = _Memo(_read_statements)
        self._held: _Memo[str, Mapping[str, _Found]] = _Memo(self._list)

    def chains(self, starts: Mapping[str, str | None], search: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return a chain of imports to a wanted file for each of *starts* that has one.

        *starts* maps files to the names under which they are imported as modules, if they are. Imports are
        resolved in the directories *search*. A chain is the shortest one in the files that were read; files
        are read only as long as they can change which of *starts* have a chain.
        """
        modules = _Modules(self._held, search)
        for folder in {start.rpartition("/")[0] for start in starts}:
            self._wanted.update(self._wanted_in(folder))
        edges: dict[str, Collection[str]] = {}
        leading: set[str] = set()

        def read(file: str) -> bool:
            """Read the imports of *file*, and return whether one is known to lead to a wanted file."""
            imported = edges[file] = self._imports_of(file, starts.get(file), modules)
            return not (leading.isdisjoint(imported) and self._wanted.isdisjoint(imported))

        for start in starts:
            if start not in self._wanted:
                leading.update(_path_from(start, edges, read))
        toward = _toward(edges, self._wanted)
        return {start: tuple(_follow(start, toward)) for start in starts if start in toward}

    def _imports_of(self, file: str, name: str | None, modules: _Modules) -> Collection[str]:
        """Return the files that *file* executes, including its packages if it is the module *name*."""
        imported = modules.imported_by(file, self._statements[file])
        return (
            (*modules.imported_by(file, [Import(name.rpartition(".")[0])]), *imported) if name else imported
        )

    def _list(self, folder: str) -> Mapping[str, _Found]:
        held = _modules_in(folder)
        packages = (inside for files, folders in held.values() if files for inside in folders)
        for each in (folder, *packages):
            self._wanted.update(self._wanted_in(each))
        return held


def _read_statements(file: str) -> Collection[Statement]:
    try:
        return statements_of(_content(file))
    except OSError:
        return ()


def _content(file: str) -> bytes:
    """Return the content of a file with as few system calls as possible: there may be 10,000 files."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        parts = [os.read(descriptor, _READ_SIZE)]
        while len(parts[-1]) == _READ_SIZE:
            parts.append(os.read(descriptor, _READ_SIZE))
        return b"".join(parts)
    finally:
        os.close(descriptor)


def _modules_in(folder: str) -> dict[str, _Found]:
    """Return the modules and packages in *folder* by name. A namespace package has no file."""
    found: dict[str, _Found] = {}
    within: list[str] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if not name.endswith(_SUFFIX):
                if entry.is_dir():
                    within.append(name)
            elif entry.is_file():
                found[name[: -len(_SUFFIX)]] = (f"{folder}/{name}",), ()
    for name in within:
        path = f"{folder}/{name}"
        if os.path.isfile(start := f"{path}/{_START}{_SUFFIX}"):  # noqa: PTH113  (of folders, there are many)
            found[name] = (start,), (path,)
        else:
            found.setdefault(name, ((), (path,)))
    return found


class _Memo(dict[_Key, _Result]):
    """A cache of a function's results. A hit runs no Python code, and there may be 100,000 hits."""

    def __init__(self, function: Callable[[_Key], _Result]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, key: _Key) -> _Result:
        result = self[key] = self._function(key)
        return result


class _Modules:
    """The files of modules, found like in `pysource.locate`, but from listings of directories.

    Testing each possible file for existence would take longer than reading the existing ones.
    """

    def __init__(self, held: Mapping[str, Mapping[str, _Found]], search: Sequence[str]) -> None:
        self._held = held
        self._search = tuple(search)
        self._find: _Memo[str, _Found] = _Memo(self._look_up)
        self._runs: _Memo[Statement, tuple[str, ...]] = _Memo(self._files_of)

    def imported_by(self, file: str, statements: Iterable[Statement]) -> tuple[str, ...]:
        """Return the files that *statements* in *file* execute, possibly with duplicates."""
        found = tuple(chain.from_iterable(map(self._runs.__getitem__, statements)))
        return tuple(self._with_relative(file, statements)) if _RELATIVE in found else found

    def _with_relative(self, file: str, statements: Iterable[Statement]) -> Iterator[str]:
        """Yield the result of `imported_by`, if some of *statements* are relative to *file*."""
        for each in statements:
            if _RELATIVE not in self._runs[each]:
                yield from self._runs[each]
            else:
                yield from chain.from_iterable(self._of(file, one) for one in understood(each))

    def _files_of(self, statement: Statement) -> tuple[str, ...]:
        """Return the files that *statement* executes in any file; `_RELATIVE` if they depend on the file."""
        imports = understood(statement)
        if any(each.level for each in imports):
            return (_RELATIVE,)
        if len(imports) == 1 and not imports[0].names:  # as most are
            return self._find[imports[0].module][0]
        return tuple(chain.from_iterable(self._of("", each) for each in imports))

    def _of(self, file: str, imported: Import) -> Iterable[str]:
        if imported.level:
            return self._relative(file, imported)
        return self._by_name(imported) if imported.names else self._find[imported.module][0]

    def _by_name(self, imported: Import) -> Iterator[str]:
        files, folders = self._find[imported.module]
        yield from files
        if folders:
            for name in imported.names:
                yield from self._find[f"{imported.module}.{name}"][0][len(files) :]

    def _relative(self, file: str, imported: Import) -> Iterator[str]:
        folder = file
        for _ in range(imported.level):
            folder = os.path.dirname(folder)  # noqa: PTH120
        if start := self._held[folder].get(_START):
            yield from start[0]
        folders: tuple[str, ...] = (folder,)
        for part in imported.module.split(".") if imported.module else ():
            files, folders = self._among(part, folders)
            yield from files
        for name in imported.names:
            yield from self._among(name, folders)[0]

    def _look_up(self, module: str) -> _Found:
        """Return the files of *module* and of its packages, and the directories of its submodules."""
        outer, dot, part = module.rpartition(".")
        files, folders = self._find[outer] if dot else ((), () if module in RESERVED else self._search)
        if dot and len(folders) == 1:
            self._cache_package(module.removesuffix(part), files, folders[0])
        own, inside = self._among(part, folders)
        return files + own, inside

    def _cache_package(self, package: str, files: tuple[str, ...], folder: str) -> None:
        """Cache the modules of a *package* when one is needed, also by their most common statement."""
        held = {
            f"{package}{name}": (files + own, inside) for name, (own, inside) in self._held[folder].items()
        }
        self._find.update(held)
        self._runs.update((f"import {name}".encode(errors="surrogateescape"), held[name][0]) for name in held)

    def _among(self, part: str, folders: Iterable[str]) -> _Found:
        portions: tuple[str, ...] = ()
        for folder in folders:
            found = self._held[folder].get(part)
            if found is not None:
                files, inside = found
                if files:
                    return found
                portions += inside
        return (), portions


def _path_from(start: str, edges: Mapping[str, Iterable[str]], read: Callable[[str], bool]) -> list[str]:
    """Return the files on a path from *start* to a file for which *read* is true; empty if there is none.

    *read* adds a file to *edges*. Files in *edges* are not followed again, because their paths are known.
    """
    way: list[str] = []
    ahead = [iter((start,))]
    while ahead:
        for file in ahead[-1]:
            if file not in edges:
                way.append(file)
                if read(file):
                    return way
                ahead.append(iter(edges[file]))
                break
        else:
            ahead.pop()
            del way[-1:]
    return way


def _toward(edges: Mapping[str, Iterable[str]], wanted: Iterable[str]) -> dict[str, str]:
    """Return the next file on the path to a wanted file, for each file that has one, and for wanted files."""
    toward = {file: file for file in wanted}
    level = frozenset(toward)
    while level:
        ahead = ((file, imported) for file, imported in edges.items() if file not in toward)
        nearer = {
            file: min(level.intersection(imported))
            for file, imported in ahead
            if not level.isdisjoint(imported)
        }
        toward |= nearer
        level = frozenset(nearer)
    return toward


def _follow(start: str, toward: Mapping[str, str]) -> Iterator[str]:
    yield start
    while toward[start] != start:
        start = toward[start]
        yield start
