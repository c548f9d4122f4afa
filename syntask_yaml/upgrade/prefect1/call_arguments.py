"""The arguments of calls."""

from __future__ import annotations

import ast


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def argument(call: ast.Call, name: str, position: int) -> ast.expr | None:
    """The value of an argument that may be given by name or position."""
    if len(call.args) > position and not any(isinstance(each, ast.Starred) for each in call.args):
        return call.args[position]
    return keyword(call, name)
