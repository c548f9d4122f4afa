"""What else is in a script that deploys."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from syntask_yaml.upgrade.scripts.surroundings import is_main

_STATEMENTS = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Pass)

# What Prefect 3 does not have: to import it is an error.
_REMOVED = re.compile(
    r"prefect\.(?:deployments\.(?:deployments\.)?(?:Deployment|DeploymentSpec|FlowScript)$"
    r"|(?:infrastructure|orion|flow_runners|packaging)\b|filesystems\.(?:GitHub|S3|GCS|Azure)$)"
)


def holds_nothing_else(tree: ast.Module) -> bool:
    """Whether *tree* has imports, values, deployments and calls of `apply` only: no functions, no classes."""
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


def is_removed(name: str) -> bool:
    """Whether Prefect 3 has nothing called *name* any more."""
    return _REMOVED.match(name) is not None


def removed_imports(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """The imports of a module that fail with Prefect 3, each with the name that is gone."""
    for statement in tree.body:
        names = []
        if isinstance(statement, ast.ImportFrom) and statement.level == 0:
            names = [f"{statement.module}.{alias.name}" for alias in statement.names]
        elif isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        for name in filter(is_removed, names):
            yield statement, name
