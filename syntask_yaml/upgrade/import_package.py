"""The package that rewritten Python code imports from: `prefect`, or `syntask` with the same names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from syntask_yaml.upgrade.python_edits import PythonEdits
from syntask_yaml.upgrade.python_tree import parse, statements
from syntask_yaml.upgrade.removed_names import is_removed


class ImportPackage(Enum):
    """A package with the names of flows, tasks and deployments."""

    PREFECT = "prefect"
    SYNTASK = "syntask"


def with_imports_of(text: str, package: ImportPackage) -> str:
    """Return *text* with `from … import` of names that *package* also has from it. Raises SyntaxError."""
    if not _MENTIONS[package].search(text):
        return text
    edits = PythonEdits(text)
    for statement in statements(edits.tree):
        if not isinstance(statement, ast.ImportFrom) or statement.level or not statement.module:
            continue
        module = statement.module
        root, _, rest = module.partition(".")
        if root not in _OTHERS[package]:
            continue
        names = [alias.name for alias in statement.names]
        if all(_has(package, rest, name) for name in names):
            at = edits.start(statement)
            at += edits.original(at, edits.end(statement)).index(module)
            edits.replace(at, at + len(root), package.value)
    return edits.result()


def package_of(tree: ast.Module) -> ImportPackage:
    """Return the package whose names a file imports; Prefect if it is both or none."""
    roots = set(_roots(tree))
    is_other = ImportPackage.SYNTASK.value in roots and ImportPackage.PREFECT.value not in roots
    return ImportPackage.SYNTASK if is_other else ImportPackage.PREFECT


_OTHERS = {each: {other.value for other in ImportPackage if other is not each} for each in ImportPackage}
_MENTIONS = {each: re.compile(rf"\bfrom\b[\s\\]+(?:{'|'.join(names)})\b") for each, names in _OTHERS.items()}


def _roots(tree: ast.Module) -> Iterator[str]:
    for statement in statements(tree):
        if isinstance(statement, ast.ImportFrom) and not statement.level:
            yield (statement.module or "").partition(".")[0]
        elif isinstance(statement, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in statement.names)


def _has(package: ImportPackage, module: str, name: str) -> bool:
    """Return whether *package* has *name* in its module, as read from its source; true for Prefect."""
    if package is ImportPackage.PREFECT:
        return not is_removed(".".join(filter(None, (package.value, module, name))))
    return name in _names(module)


@cache
def _names(module: str) -> frozenset[str]:
    """Return the names of a module of `syntask`, by its path in the package, without importing it."""
    spec = find_spec(ImportPackage.SYNTASK.value)
    for folder in spec.submodule_search_locations or () if spec else ():
        place = Path(folder, *filter(None, module.split(".")))
        inner = {path.stem for path in place.glob("*") if path.suffix in ("", ".py")}
        source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if source.is_file():
            own = set(_bound(parse(source.read_text(encoding="utf-8"))))
            return frozenset(own | (inner if place.is_dir() else set()))
    return frozenset()


def _bound(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        match statement:
            case ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name for alias in names)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=items)):
                yield from (str(item.value) for item in items if isinstance(item, ast.Constant))
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
