"""Which files the code of a project imports, directly and through others, found without running any."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import TypeAlias, TypeVar

from syntask_yaml.pysource.imports import Import, Statement, statements_of, understood
from syntask_yaml.pysource.module_index import RESERVED

# The files of a module, and the folders that hold its submodules.
_Found: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
_Key = TypeVar("_Key")
_Result = TypeVar("_Result")

_START, _SUFFIX = "__init__", ".py"
_RELATIVE = ""  # among the files that a statement runs
_AT_ONCE = 1 << 14


class ImportGraph:
    """What the Python files of a project import of each other, each file read once.

    Files and folders are absolute paths. The standard library and what is installed are left out.
    *wanted_in* tells the wanted files that a folder holds.
    """

    def __init__(self, wanted_in: Callable[[str], Iterable[str]]) -> None:
        self._wanted_in = wanted_in
        self._wanted: set[str] = set()
        self._statements: _Memo[str, Collection[Statement]] = _Memo(_read_statements)
        self._held: _Memo[str, Mapping[str, _Found]] = _Memo(self._list)

    def chains(self, starts: Mapping[str, str | None], search: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """For each of *starts* that leads to a wanted file, a chain of imports to one.

        *starts* are files with the names of their modules, where they are imported by these. The imports of
        all are looked for in the folders *search*. A chain goes from its start to the wanted file; it is the
        shortest in what was read, and nothing is read that cannot change which of *starts* lead to one.
        """
        modules = _Modules(self._held, search)
        for folder in {start.rpartition("/")[0] for start in starts}:
            self._wanted.update(self._wanted_in(folder))
        edges: dict[str, Collection[str]] = {}
        leading: set[str] = set()

        def read(file: str) -> bool:
            """Read the imports of *file*; whether one of them leads to a wanted file, as far as is known."""
            imported = edges[file] = self._imports_of(file, starts.get(file), modules)
            return not (leading.isdisjoint(imported) and self._wanted.isdisjoint(imported))

        for start in starts:
            if start not in self._wanted:
                leading.update(_way_out(start, edges, read))
        toward = _toward(edges, self._wanted)
        return {start: tuple(_follow(start, toward)) for start in starts if start in toward}

    def _imports_of(self, file: str, name: str | None, modules: _Modules) -> Collection[str]:
        """What *file*, imported as the module *name*, runs: the packages around it run first."""
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
    """The bytes of a file, by as few calls as there can be: of files, there are 10,000."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        parts = [os.read(descriptor, _AT_ONCE)]
        while len(parts[-1]) == _AT_ONCE:
            parts.append(os.read(descriptor, _AT_ONCE))
        return b"".join(parts)
    finally:
        os.close(descriptor)


def _modules_in(folder: str) -> dict[str, _Found]:
    """The modules and packages that *folder* holds, by name; a folder without a start has no file."""
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
    """Results of a function; a look-up of one that is there runs no Python, of which there are 100,000."""

    def __init__(self, function: Callable[[_Key], _Result]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, key: _Key) -> _Result:
        result = self[key] = self._function(key)
        return result


class _Modules:
    """The files of modules, as `pysource.locate` finds them in *search*, but by lists of folders.

    Asking for each file that may be there would take longer than reading those that are.
    """

    def __init__(self, held: Mapping[str, Mapping[str, _Found]], search: Sequence[str]) -> None:
        self._held = held
        self._search = tuple(search)
        self._find: _Memo[str, _Found] = _Memo(self._look_up)
        self._runs: _Memo[Statement, tuple[str, ...]] = _Memo(self._run_anywhere)

    def imported_by(self, file: str, statements: Iterable[Statement]) -> tuple[str, ...]:
        """The files that *statements* in *file* run; some more than once."""
        found = tuple(chain.from_iterable(map(self._runs.__getitem__, statements)))
        return tuple(self._anywhere(file, statements)) if _RELATIVE in found else found

    def _anywhere(self, file: str, statements: Iterable[Statement]) -> Iterator[str]:
        """As `imported_by`, where some of *statements* are relative to *file*."""
        for each in statements:
            if _RELATIVE not in self._runs[each]:
                yield from self._runs[each]
            else:
                yield from chain.from_iterable(self._of(file, one) for one in understood(each))

    def _run_anywhere(self, statement: Statement) -> tuple[str, ...]:
        """The files that *statement* runs in whichever file; `_RELATIVE` where it depends on that."""
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
        """The files of the packages around *module* and its own, and the folders of its submodules."""
        outer, dot, part = module.rpartition(".")
        files, folders = self._find[outer] if dot else ((), () if module in RESERVED else self._search)
        if dot and len(folders) == 1:
            self._expect(module.removesuffix(part), files, folders[0])
        own, inside = self._among(part, folders)
        return files + own, inside

    def _expect(self, package: str, files: tuple[str, ...], folder: str) -> None:
        """Note the modules of a *package*, of which one is asked for, with how most files write them."""
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


def _way_out(start: str, edges: Mapping[str, Iterable[str]], read: Callable[[str], bool]) -> list[str]:
    """The files on a way from *start* to one of which *read* is true; nothing if there is none.

    *read* adds a file to *edges*. One that is there is not read again, nor followed: whatever way leads on
    from it is known.
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
    """For each file that leads to a wanted one, the next file on the way; a wanted one leads to itself."""
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
