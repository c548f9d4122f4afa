"""Imports of renamed flows in the other files of a repository."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.errors import FileFailed
from syntask_yaml.operations.edit import read_text
from syntask_yaml.project.agent_files import MAX_BYTES
from syntask_yaml.source import Source, Span
from syntask_yaml.upgrade.find import FoundFile
from syntask_yaml.upgrade.prefect1.draft import Prefect1Flow
from syntask_yaml.upgrade.prefect1.read import FoundFlows
from syntask_yaml.upgrade.python_edits import PythonEdits
from syntask_yaml.upgrade.python_tree import statements
from syntask_yaml.upgrade.result import FileChange
from syntask_yaml.upgrade.secrets import hide_in_text


@dataclass(frozen=True)
class RenamedNames:
    """Renamed names of modules: by path of the module without suffix, the new names by the old ones."""

    by_module: Mapping[tuple[str, ...], Mapping[str, str]]

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(parts[-1] for parts in self.by_module)

    def may_be_imported(self, text: str) -> bool:
        """Return whether *text* may import from one of the modules, as few files do."""
        return any(found[1] in self._stems for found in _IMPORT.finditer(text))


def renamed_flows(found: Iterable[FoundFlows]) -> RenamedNames:
    """Return the renamed flows of converted files."""
    return _by_module(found, _renamed)


def _by_module(
    found: Iterable[FoundFlows], pairs_of: Callable[[Prefect1Flow], Iterable[tuple[str, str]]]
) -> RenamedNames:
    named = {
        each.file.path: names
        for each in found
        if (names := dict(pair for flow in each.converted.flows for pair in pairs_of(flow)))
    }
    return RenamedNames({module_of(path): names for path, names in named.items()})


def module_of(path: Path) -> tuple[str, ...]:
    """Return the path of a module: the path of its file without suffix or, for a package, of its folder."""
    parts = path.resolve().with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def _renamed(flow: Prefect1Flow) -> Iterator[tuple[str, str]]:
    """Yield the old and the new name of a module-level flow, if they differ."""
    is_made = flow.factory_call is not None and flow.factory_call.is_on_top
    if is_made or isinstance(flow.scope, ast.Module):
        old = flow.factory_call.target.id if flow.factory_call else flow.variable
        if old not in ("", flow.function):
            yield old, flow.function


def made_flows(found: Iterable[FoundFlows]) -> RenamedNames:
    """Return the factories of flows in converted files, with the functions that they return."""
    return _by_module(found, lambda flow: [(flow.maker, flow.function)] if flow.maker else [])


def import_problems(files: Iterable[FoundFile], made: RenamedNames) -> Iterator[Diagnostic]:
    """Yield a warning for each import of a factory, which now returns a function."""
    for file in files if made.by_module else ():
        text = _text_of(file)
        if text is None or not made.may_be_imported(text[0]):
            continue
        try:
            edits = PythonEdits(text[0])
        except SyntaxError:
            continue
        for node in statements(edits.tree):
            known = _of_module(file.path, node, made) if isinstance(node, ast.ImportFrom) else {}
            for alias in node.names if isinstance(node, ast.ImportFrom) else ():
                if alias.name in known:
                    yield _returns_function(file, text[0], edits, alias, known[alias.name])


def _returns_function(
    file: FoundFile, text: str, edits: PythonEdits, alias: ast.alias, function: str
) -> Diagnostic:
    detail = f"`{alias.name}` returns the function `{function}` now, which has no `run` and no `register`."
    source = Source(file.shown, hide_in_text(text))
    start = len(edits.original(0, edits.start(alias))) + text.startswith("\ufeff")
    span = Span(source, start, start + len(edits.source(alias)))
    return Diagnostic("p1-flow", detail, "Call it to run the flow.", Severity.WARNING, span)


def import_changes(files: Iterable[FoundFile], renamed: RenamedNames) -> Iterator[FileChange]:
    """Yield the changes of files that import a renamed flow."""
    if not renamed.by_module:
        return
    for file in files:
        if (found := _text_of(file)) is not None:
            text, encoding = found
            after = with_new_names(file.path, text, renamed)
            if after != text:
                yield FileChange(file.path, file.shown, text, after, encoding, is_private=True)


def source_of(file: FoundFile) -> str:
    """Return the text of a Python file; empty if it is unreadable."""
    found = _text_of(file)
    return found[0] if found else ""


def _text_of(file: FoundFile) -> tuple[str, str] | None:
    """Return the text of a Python file and its encoding; None if it is unreadable."""
    if not file.is_python or file.path.stat().st_size > MAX_BYTES:
        return None
    try:
        return read_text(file.path)
    except (FileFailed, UnicodeDecodeError):
        return None


def with_new_names(path: Path, text: str, renamed: RenamedNames) -> str:
    """Return *text* of the file at *path* with the new names in its imports of flows."""
    if not renamed.may_be_imported(text):
        return text
    try:
        edits = PythonEdits(text)
    except SyntaxError:
        return text
    for node in statements(edits.tree):
        if isinstance(node, ast.ImportFrom):
            names = _of_module(path, node, renamed)
            for alias in node.names:
                if alias.name in names:
                    edits.replace_node(alias, f"{names[alias.name]} as {alias.asname or alias.name}")
    return edits.result()


_IMPORT = re.compile(r"from[\s\\]+[\w.]*?(\w+)[\s\\]+import\b")


def _of_module(path: Path, node: ast.ImportFrom, renamed: RenamedNames) -> Mapping[str, str]:
    """Return the renamed flows of the module that *node* imports from, below any parent folder of *path*."""
    return renamed.by_module.get(found_module(path, node.module, node.level, renamed), {})


def found_module(path: Path, name: str | None, level: int, known: RenamedNames) -> tuple[str, ...]:
    """Return the module that the file at *path* imports as *name* with *level* dots; empty if unknown."""
    parts = tuple(name.split(".")) if name else ()
    if level:
        return (*path.resolve().parents[level - 1].parts, *parts)
    found = ((*folder.parts, *parts) for folder in path.resolve().parents)
    return next((each for each in found if known.by_module.get(each)), ())
