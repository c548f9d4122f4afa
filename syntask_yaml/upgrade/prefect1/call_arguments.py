"""Arguments of calls."""

from __future__ import annotations

import ast
from typing import Any

from syntask_yaml.upgrade.prefect1.module import FlowModule
from syntask_yaml.upgrade.prefect1.static import NotStatic


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def argument(call: ast.Call, name: str, position: int) -> ast.expr | None:
    """Return the value of an argument that is passed by name or position."""
    if len(call.args) > position and not any(isinstance(each, ast.Starred) for each in call.args):
        return call.args[position]
    return keyword(call, name)


def known(module: FlowModule, node: ast.expr | None) -> Any:
    """Return the constant value of an argument; None if there is none, or it is computed."""
    try:
        return module.value(node) if node is not None else None
    except NotStatic:
        return None
