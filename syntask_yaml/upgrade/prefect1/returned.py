"""Results of the repository's functions that depend on the arguments of a call only."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from copy import copy

from syntask_yaml.pysource.module_index import is_reserved
from syntask_yaml.upgrade.prefect1.module import FlowModule, WrittenValue
from syntask_yaml.upgrade.prefect1.static import NotStatic


def followed(
    module: FlowModule, node: ast.expr, *, callers: tuple[ast.FunctionDef, ...] = ()
) -> WrittenValue:
    """Return the value of *node* as `FlowModule.written`, or the result of the function that it calls.

    *callers* are the functions that are being followed, which are not followed again.
    """
    found = module.written(node)
    made = _called(found.node, found.module, callers) if isinstance(found.node, ast.Call) else None
    return made or found


def _called(call: ast.Call, module: FlowModule, callers: tuple[ast.FunctionDef, ...]) -> WrittenValue | None:
    """Return the expression that a function returns for *call*, and its file; None for other functions."""
    called = module.names.of(call.func)
    is_known = isinstance(call.func, (ast.Name, ast.Attribute)) and not (called and is_reserved(called))
    found = module.others.define(call.func, module) if is_known and module.others is not None else None
    if found is None or not isinstance(function := found[0], ast.FunctionDef) or function.decorator_list:
        return None
    if function in callers:
        return None
    try:
        called_module = copy(found[1])
        called_module.call = function, _arguments(call, module, function, found[1])
        return _returned(function.body, called_module, (*callers, function))
    except NotStatic:
        return None


def _arguments(
    call: ast.Call, module: FlowModule, function: ast.FunctionDef, called_module: FlowModule
) -> Mapping[str, ast.expr]:
    """Return the known parameters as constants. Raises NotStatic for an unsupported call."""
    taken = function.args
    names = [each.arg for each in taken.args]
    options = {each.arg: each.value for each in call.keywords}
    is_plain = not (taken.posonlyargs or taken.vararg or taken.kwonlyargs or taken.kwarg)
    if not is_plain or None in options or any(isinstance(each, ast.Starred) for each in call.args):
        raise NotStatic(ast.unparse(call))
    defaults = zip(reversed(names), reversed(taken.defaults), strict=False)
    given = {name: (called_module, value) for name, value in defaults}
    given |= {name: (module, value) for name, value in zip(names, call.args, strict=False)}
    given |= {str(name): (module, value) for name, value in options.items()}
    return {name: found for name in names if name in given and (found := _constant(*given[name])) is not None}


def _constant(module: FlowModule, node: ast.expr) -> ast.Constant | None:
    try:
        return ast.Constant(module.value(node))
    except NotStatic:
        return None


def _returned(
    body: Sequence[ast.stmt], module: FlowModule, callers: tuple[ast.FunctionDef, ...]
) -> WrittenValue | None:
    """Return the expression of the first reached `return`. Raises NotStatic for an unknown condition."""
    for statement in body:
        match statement:
            case ast.Return(value=ast.expr() as value):
                return followed(module, value, callers=callers)
            case ast.If(test=test, body=inner, orelse=other):
                taken = inner if module.value(test) else other
                if (found := _returned(taken, module, callers)) is not None:
                    return found
            case ast.Assign(targets=[ast.Name()]) | ast.Expr(value=ast.Constant()) | ast.ImportFrom():
                pass
            case _:
                raise NotStatic(ast.unparse(statement))
    return None
