"""Determine whether the code of a flow has changed: its file, or an imported module of the repository."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from syntask_yaml.document.parser import collection_paused
from syntask_yaml.errors import SyntaskError
from syntask_yaml.files import printable
from syntask_yaml.operations.change_reason import ChangedPart, ChangeReason
from syntask_yaml.project.changed_files import ChangedFiles
from syntask_yaml.project.flows import FlowReader, ModuleFile, parse_entrypoint
from syntask_yaml.pysource.import_graph import ImportGraph

_Chains: TypeAlias = Mapping[ModuleFile, tuple[str, ...]]


class ChangedCode:
    """The flows in the project at *root*, with the changed *files*."""

    def __init__(self, root: Path, reader: FlowReader, files: ChangedFiles) -> None:
        self._root, self._reader, self._files = root.absolute(), reader, files
        self._below = f"{self._root}/"
        self._known: dict[str, ChangeReason | None] = {}

    def reasons(self, entrypoints: Iterable[str]) -> dict[str, ChangeReason]:
        """Return why the code of *entrypoints* changed, for those that did; computed once for each.

        The result is cached for the same entrypoints in the same order.
        """
        asked = list(entrypoints)
        found = {each: self._module(each) for each in asked if each not in self._known}
        chains = self._chains(dict.fromkeys(module for module in found.values() if module is not None))
        for entrypoint, module in found.items():
            self._known[entrypoint] = (
                self._missing_file_reason(entrypoint) if module is None else self._reason(chains.get(module))
            )
        return {each: reason for each in asked if (reason := self._known[each])}

    def _module(self, entrypoint: str) -> ModuleFile | None:
        with suppress(SyntaskError):
            return self._reader.find(entrypoint)
        return None

    def _chains(self, modules: Iterable[ModuleFile]) -> _Chains:
        graph = ImportGraph(self._files.paths_in)
        groups: dict[tuple[Path, ...], dict[str, ModuleFile]] = {}
        for module in modules:
            groups.setdefault(module.search, {})[str(module.path)] = module
        found: dict[ModuleFile, tuple[str, ...]] = {}
        for search, starts in groups.items():
            names = {path: module.module for path, module in starts.items()}
            with collection_paused():  # a graph of 10,000 files contains no garbage yet
                chains = graph.chains(names, [str(folder) for folder in search])
            found |= {starts[path]: chain for path, chain in chains.items()}
        return found

    def _reason(self, chain: tuple[str, ...] | None) -> ChangeReason | None:
        if chain is None:
            return None
        names = tuple(printable(file.removeprefix(self._below)) for file in chain)
        if len(names) == 1:
            return ChangeReason(ChangedPart.FLOW, f"`{names[0]}` changed", names)
        through = "".join(f" `{name}`, which imports" for name in names[1:-1])
        return ChangeReason(
            ChangedPart.MODULE, f"`{names[0]}` imports{through} `{names[-1]}`, which changed", names
        )

    def _missing_file_reason(self, entrypoint: str) -> ChangeReason | None:
        """Return the reason for a flow whose file no longer exists."""
        with suppress(SyntaskError):
            path = parse_entrypoint(entrypoint).path
            if path is not None and self._files.has(str(self._root / path)):
                return ChangeReason(ChangedPart.FLOW, f"`{path}` was deleted", (path,))
        return None
