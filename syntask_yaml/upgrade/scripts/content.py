"""Checks of a deploying script's other content."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from syntask_yaml.upgrade.removed_names import is_removed
from syntask_yaml.upgrade.scripts.surroundings import is_main

_STATEMENTS = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Pass)


def holds_nothing_else(tree: ast.Module) -> bool:
    """Return whether *tree* has only imports, values, deployments and calls of `apply`."""
    return all(map(_is_of_deploying, tree.body))


def _is_of_deploying(statement: ast.stmt) -> bool:
    match statement:
        case ast.If(orelse=[]) if is_main(statement):
            return all(map(_is_of_deploying, statement.body))
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="apply" | "build_from_flow"))):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="print" | "DeploymentSpec" | "Deployment"))):
            return True
    return isinstance(statement, _STATEMENTS)


def removed_imports(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """Yield the imports of a module that fail with Prefect 3, each with the removed name."""
    for statement in tree.body:
        for _, name in qualified_names(statement):
            if is_removed(name):
                yield statement, name


def qualified_names(statement: ast.stmt) -> Iterator[tuple[ast.alias, str]]:
    """Yield the names that *statement* imports, with qualified names; none for other statements."""
    if isinstance(statement, ast.ImportFrom) and statement.level == 0:
        yield from ((alias, f"{statement.module}.{alias.name}") for alias in statement.names)
    elif isinstance(statement, ast.Import):
        yield from ((alias, alias.name) for alias in statement.names)
