"""Which files the code of a project imports, directly and through others, found without running any."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias

from syntask_yaml.pysource.imports import Import, Statement, statements_of, understood
from syntask_yaml.pysource.module_index import is_reserved

# The files of a module, and the folders that hold its submodules.
_Found: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]

_START = "__init__.py"
_RELATIVE = ""  # among the files that a statement runs
_AT_ONCE = 1 << 14


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
        wave = set(starts)
        while wave:  # reading one file after the other takes less time than one now and then
            read = [(file, self._statements_of(file)) for file in wave]
            edges.update((file, modules.imported_by(file, statements)) for file, statements in read)
            for file in wave & starts.keys():
                if name := starts[file]:  # the packages around it run first
                    edges[file] |= modules.imported_by(file, [Import(name.rpartition(".")[0])])
            wave = set().union(*(edges[file] for file in wave)).difference(edges)
        return edges

    def _statements_of(self, file: str) -> Collection[Statement]:
        statements = self._statements.get(file)
        if statements is None:
            try:
                statements = statements_of(_content(file))
            except OSError:
                statements = ()
            self._statements[file] = statements
        return statements

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


class _Memo(dict[Statement, tuple[str, ...]]):
    """Results of a function; a look-up of one that is there runs no Python, of which there are 100,000."""

    def __init__(self, function: Callable[[Statement], tuple[str, ...]]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, statement: Statement) -> tuple[str, ...]:
        result = self[statement] = self._function(statement)
        return result


class _Modules:
    """The files of modules, as `pysource.locate` finds them in *search*, but by lists of folders.

    Asking for each file that may be there would take longer than reading those that are.
    """

    def __init__(self, names_in: Callable[[str], frozenset[str]], search: Sequence[str]) -> None:
        self._names_in = names_in
        self._search = tuple(search)
        self._absolute: dict[str, _Found] = {}
        self._runs = _Memo(self._run_anywhere)

    def imported_by(self, file: str, statements: Collection[Statement]) -> set[str]:
        """The files that *statements* in *file* run."""
        found = set().union(*map(self._runs.__getitem__, statements))
        if _RELATIVE in found:
            relative = (each for each in statements if _RELATIVE in self._runs[each])
            found.update(
                name for each in relative for one in understood(each) for name in self._of(file, one)
            )
            found.remove(_RELATIVE)
        return found

    def _run_anywhere(self, statement: Statement) -> tuple[str, ...]:
        """The files that *statement* runs in whichever file; `_RELATIVE` where it depends on that."""
        imports = understood(statement)
        if any(each.level for each in imports):
            return (_RELATIVE,)
        return tuple(name for each in imports for name in self._of("", each))

    def _of(self, file: str, imported: Import) -> Iterable[str]:
        if imported.level:
            return self._relative(file, imported)
        if is_reserved(imported.module):
            return ()
        return self._by_name(imported) if imported.names else self._find(imported.module)[0]

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
    toward = {file: file for file in wanted}
    importers: dict[str, list[str]] = {}
    for file, imported in edges.items() if toward else ():
        for each in imported:
            importers.setdefault(each, []).append(file)
    level = sorted(toward)
    while level:
        nearer, level = level, []
        for file in nearer:
            new = [each for each in importers.get(file, ()) if each not in toward]
            toward.update(dict.fromkeys(new, file))
            level += new
        level.sort()
    return toward


def _follow(start: str, toward: Mapping[str, str]) -> Iterator[str]:
    yield start
    while toward[start] != start:
        start = toward[start]
        yield start
