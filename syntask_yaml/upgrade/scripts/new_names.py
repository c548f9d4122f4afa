"""Names of imports in rewritten calls, with an alias where the script already uses the name."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from syntask_yaml.upgrade.python_imports import WantedImport
from syntask_yaml.upgrade.python_tree import nodes_in

_WANTED = (
    WantedImport("pathlib", "Path"),
    WantedImport("datetime", "datetime"),
    WantedImport("prefect", "serve"),
    *(WantedImport("prefect.schedules", name) for name in ("Cron", "Interval", "RRule")),
)


def new_names(tree: ast.Module) -> Mapping[str, WantedImport]:
    """Return the imports that calls may need, by their own names, with an alias where necessary."""
    bound = _bound(tree)
    return {
        each.name: each if bound.get(each.name, set()) <= {each.origin} else _other(each) for each in _WANTED
    }


def _other(wanted: WantedImport) -> WantedImport:
    return replace(wanted, alias=f"{wanted.module.partition('.')[0]}_{wanted.name}")


def _bound(tree: ast.Module) -> Mapping[str, set[str]]:
    """Return the origins of each name that *tree* binds: qualified names of imports, else ""."""
    found: dict[str, set[str]] = {}
    for node in nodes_in(tree):
        for name, origin in _names_of(node):
            found.setdefault(name, set()).add(origin)
    return found


def _names_of(node: ast.AST) -> list[tuple[str, str]]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return [(name, "")]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [(name, "")]
        case ast.ImportFrom(module=module, names=names):
            return [(each.asname or each.name, f"{module}.{each.name}") for each in names]
        case ast.Import(names=names):
            return [(each.asname or each.name.partition(".")[0], each.name) for each in names]
    return []
