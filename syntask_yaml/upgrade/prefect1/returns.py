"""Return types of functions, as far as their code tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from syntask_yaml.upgrade.prefect1.module import FlowModule

_OF_BOOL = frozenset("bool isinstance issubclass hasattr callable any all".split())


def returns_bool(module: FlowModule, function: ast.expr) -> bool:
    """Return whether *function* is in the file and always returns `True` or `False`."""
    name = function.id if isinstance(function, ast.Name) else ""
    found = [each for each in module.tree.body if isinstance(each, ast.FunctionDef) and each.name == name]
    if len(found) != 1 or not _always_returns(found[0].body) or not _is_only_task(module, found[0]):
        return False
    own = module.bound | module.names.imported.keys()
    return all(each.value is not None and _is_bool(each.value, own) for each in _returns(found[0]))


def _is_only_task(module: FlowModule, function: ast.FunctionDef) -> bool:
    """Return whether its only decorator is `task`; others may change the result."""
    found = (each.func if isinstance(each, ast.Call) else each for each in function.decorator_list)
    return all(module.names.of(each) == "prefect.task" for each in found)


def _returns(node: ast.AST) -> Iterator[ast.Return]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return):
            yield child
        elif not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            yield from _returns(child)


def _always_returns(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.If):
        return bool(last.orelse) and _always_returns(last.body) and _always_returns(last.orelse)
    return isinstance(last, (ast.Return, ast.Raise))


def _is_bool(node: ast.expr, own: Set[str]) -> bool:
    """Return whether an expression is `True` or `False`; *own* names are not Python's."""
    match node:
        case ast.Constant(value=bool()) | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _OF_BOOL and name not in own
        case ast.BoolOp(values=values):
            return all(_is_bool(each, own) for each in values)
        case ast.IfExp(body=body, orelse=other):
            return _is_bool(body, own) and _is_bool(other, own)
    return False
