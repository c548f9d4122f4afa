"""Imports of flows that are called otherwise now, in the other files of a repository."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
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

# By the path of a module without its suffix, the functions of its flows by their old names.
Renamed = Mapping[tuple[str, ...], Mapping[str, str]]


def renamed_flows(found: Iterable[FoundFlows]) -> Renamed:
    """The flows of converted files that have other names now."""
    return {
        each.file.path.resolve().with_suffix("").parts: names
        for each in found
        if (names := dict(pair for flow in each.converted.flows for pair in _renamed(flow)))
    }


def _renamed(flow: Prefect1Flow) -> Iterator[tuple[str, str]]:
    """What a flow at the top was called and what it is called, if that differs."""
    is_made = flow.factory_call is not None and flow.factory_call.is_on_top
    if is_made or isinstance(flow.scope, ast.Module):
        old = flow.factory_call.target.id if flow.factory_call else flow.variable
        if old not in ("", flow.function):
            yield old, flow.function


def made_flows(found: Iterable[FoundFlows]) -> Renamed:
    """The functions of converted files that make flows for others, with those that they return."""
    return {
        each.file.path.resolve().with_suffix("").parts: makers
        for each in found
        if (makers := {flow.maker: flow.function for flow in each.converted.flows if flow.maker})
    }


def import_problems(files: Iterable[FoundFile], made: Renamed) -> Iterator[Diagnostic]:
    """The imports of functions that return something else now."""
    for file in files if made else ():
        text = _text_of(file)
        if text is None or not _may_import(text[0], made):
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


def import_changes(files: Iterable[FoundFile], renamed: Renamed) -> Iterator[FileChange]:
    """The files that import such a flow, with its new name."""
    if not renamed:
        return
    for file in files:
        if (found := _text_of(file)) is not None:
            text, encoding = found
            after = with_new_names(file.path, text, renamed)
            if after != text:
                yield FileChange(file.path, file.shown, text, after, encoding, is_private=True)


def _text_of(file: FoundFile) -> tuple[str, str] | None:
    """The text of a Python file, and its encoding; None for one that cannot be read."""
    if not file.is_python or file.path.stat().st_size > MAX_BYTES:
        return None
    try:
        return read_text(file.path)
    except (FileFailed, UnicodeDecodeError):
        return None


def with_new_names(path: Path, text: str, renamed: Renamed) -> str:
    """*text* of the file at *path*, with the new names in its imports of flows."""
    if not _may_import(text, renamed):
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


def _may_import(text: str, renamed: Renamed) -> bool:
    """Whether something in *text* looks like an import from one of the modules; most files have none."""
    stems = {parts[-1] for parts in renamed}
    return bool(stems) and any(found[1] in stems for found in _IMPORT.finditer(text))


_IMPORT = re.compile(r"from[\s\\]+[\w.]*?(\w+)[\s\\]+import\b")


def _of_module(path: Path, node: ast.ImportFrom, renamed: Renamed) -> Mapping[str, str]:
    """The flows of the module that *node* imports from: one below a folder of *path*, or anywhere above."""
    parts = tuple((node.module or "").split(".")) if node.module else ()
    if node.level:
        folder = path.resolve().parents[node.level - 1]
        return renamed.get((*folder.parts, *parts), {})
    for folder in path.resolve().parents:
        if found := renamed.get((*folder.parts, *parts)):
            return found
    return {}
