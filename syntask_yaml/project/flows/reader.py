"""Read and cache the flows of entrypoints."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.project.flows.definition import (
    ExternalImport,
    FlowDefinition,
    NotAFlow,
    NotThere,
    find,
    flows,
)
from syntask_yaml.project.flows.describe import Flow, describe, source_name
from syntask_yaml.project.flows.module_files import ModuleFile, ModuleFiles
from syntask_yaml.pysource.entrypoint import Entrypoint, FlowNotFound, InvalidEntrypoint, parse_entrypoint
from syntask_yaml.pysource.memoize import Memo
from syntask_yaml.pysource.module import TOO_DEEP, Module, SourceUnreadable, read_module
from syntask_yaml.pysource.module_index import ModuleIndex
from syntask_yaml.pysource.scope import NameScope

if TYPE_CHECKING:
    from syntask_yaml.project.flows.loading import LoadResult

MAX_HOPS = 10
MAX_NAMED = 10
_Wanted: TypeAlias = tuple[Path, str | None, tuple[str, ...]]


class FlowReader:
    """Describes flows by reading their source; thread-safe, and reads each file once.

    Project code is not executed unless *load_in_child* is true: if the source is not sufficient, *python*
    loads the flow in a separate process without secrets, for at most *timeout* seconds. Readers that share a
    *read_file*, such as a `SharedReading`, parse files with the same content once.
    """

    def __init__(
        self,
        root: Path,
        *,
        load_in_child: bool = False,
        timeout: float = 30.0,
        python: str = sys.executable,
        read_file: Callable[[Path], Module] = read_module,
    ) -> None:
        self._index = ModuleIndex(root.absolute(), read_file)
        self._files = ModuleFiles(self._index)
        self._python, self._timeout = python, timeout
        self._loaded = Memo(self._in_child) if load_in_child else None
        self._definition = Memo(self._defined)
        self._flow = Memo(self._read)

    def read(self, entrypoint: str) -> Flow:
        """Return the flow of *entrypoint*; raises `InvalidEntrypoint` or `FlowNotFound`."""
        return self._flow(entrypoint)

    def name(self, entrypoint: str) -> str:
        """Return the name of the flow of *entrypoint*, without its parameters; raises as `read` does."""
        return source_name(self._definition(entrypoint)[1]) or self.read(entrypoint).name

    def find(self, entrypoint: str) -> ModuleFile:
        """Return the file of *entrypoint* without reading it; raises as `read` does."""
        return self._files.find(parse_entrypoint(entrypoint))

    @property
    def files(self) -> frozenset[Path]:
        """The files that were read so far."""
        return self._index.read.keys

    def _read(self, text: str) -> Flow:
        file, found = self._definition(text)
        try:
            return describe(text, found, lambda: self._load(parse_entrypoint(text).function, file, found))
        except RecursionError:
            raise _too_deep(file) from None

    def _defined(self, text: str) -> tuple[ModuleFile, FlowDefinition]:
        entrypoint = self._parsed(text)
        file = self._files.find(entrypoint)
        try:
            return file, self._found(entrypoint, file)
        except RecursionError:
            raise _too_deep(file) from None

    def _parsed(self, text: str) -> Entrypoint:
        try:
            return parse_entrypoint(text)
        except InvalidEntrypoint as error:
            names = self._names_in(text)
            if not names:
                raise
            raise InvalidEntrypoint(
                error.detail, hint=f"Write `{text}:{names[0]}`. {_holds(names)}"
            ) from None

    def _found(self, entrypoint: Entrypoint, file: ModuleFile) -> FlowDefinition:
        name, origin = entrypoint.function, ""
        for _ in range(MAX_HOPS):
            scope = self._scope(file)
            try:
                return find(scope, name)
            except NotAFlow as error:
                raise InvalidEntrypoint(str(error), hint=error.hint or _holds(_names(scope))) from None
            except NotThere as error:
                raise FlowNotFound(f"{error}{origin}", hint=_near(name, _names(scope))) from None
            except ExternalImport as error:
                module, _, name = str(error).rpartition(".")
                origin = f" `{entrypoint.function}` is imported from there."
                file = self._files.find_module(module)
        raise FlowNotFound(f"`{entrypoint.function}` is re-exported through too many modules.")

    def _in_child(self, wanted: _Wanted) -> Mapping[str, LoadResult]:
        from syntask_yaml.project.flows.loading import Loader

        return Loader(self._index.root, self._python, self._timeout).load(*wanted)

    def _load(self, function: str, file: ModuleFile, found: FlowDefinition) -> LoadResult:
        if self._loaded is None:
            from syntask_yaml.project.flows.loading import NOT_LOADED

            return NOT_LOADED
        # Load all flows of a file at once, however many of them are deployed.
        names = tuple(_names(self._scope(file)))
        names = names if function in names else (function,)
        loaded = self._loaded((file.path, file.module, names))[function]
        if loaded.is_missing and found.function is None:
            raise FlowNotFound(f"`{file.path.name}` has no flow `{function}`: {loaded.error}.")
        return loaded

    def _scope(self, file: ModuleFile) -> NameScope:
        try:
            return NameScope(self._index, self._index.read(file.path), file.search)
        except SourceUnreadable as error:
            raise FlowNotFound(f"Cannot read flows from `{file.path.name}`: {error}.") from None

    def _names_in(self, text: str) -> list[str]:
        """Return the flows in the file *text*, an entrypoint without a function."""
        try:
            return _names(self._scope(self._files.find_path(text)))
        except FlowNotFound:
            return []


def _too_deep(file: ModuleFile) -> FlowNotFound:
    return FlowNotFound(f"Cannot read flows from `{file.path.name}`: {TOO_DEEP}.")


def _names(scope: NameScope) -> list[str]:
    return [flow.name for flow in flows(scope)]


def _near(name: str, names: list[str]) -> str:
    return did_you_mean(name, names, otherwise=_holds(names))


def _holds(names: list[str]) -> str:
    if not names:
        return "The file has no flows. Decorate a function with `@flow`."
    shown = ", ".join(f"`{name}`" for name in names[:MAX_NAMED])
    return f"Available flows: {shown}{', …' if len(names) > MAX_NAMED else ''}."
