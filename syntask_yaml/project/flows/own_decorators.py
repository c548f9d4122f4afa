"""Evaluate the flow decorators of a project, such as `@team_flow("sales")`, by reading their source."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping

from syntask_yaml.project.flows.decorators import OPTIONS, Function, Options, is_binding, is_flow, options_in
from syntask_yaml.pysource.lookup import try_resolve
from syntask_yaml.pysource.module_index import is_reserved
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.signature import parameters
from syntask_yaml.pysource.symbols import Definition, External, SourceExpression, Unknowable

MAX_CALLS = 5
# A decorator that uses one of these preserves the signature of the wrapped function.
WRAPPING = frozenset({"wraps", "update_wrapper", "decorator", "__wrapped__", "__signature__"})
_UNKNOWN = Options(unknown=frozenset(OPTIONS))


def options_made(function: Function, scope: NameScope) -> Options | None:
    """Return the options of the flow that the decorators of *function* make, or None if they make none.

    A decorator that is not understood may make a flow, with all options unknown.
    """
    made = (_options(decorator, function.name, scope) for decorator in function.decorator_list)
    return next((options for options in made if options is not None), None)


def check_signature(function: Function, scope: NameScope) -> None:
    """Raise `Unknowable` if a decorator of the project replaces the signature of *function*."""
    for decorator in reversed(function.decorator_list):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if is_flow(called, scope):
            return
        options = _options(decorator, "", scope)
        if options is not None and not options.unknown:  # passes the function to `flow` unchanged
            return
        if not is_binding(decorator, scope) and not _keeps_signature(called, scope):
            raise Unknowable(f"`@{ast.unparse(called)}` may replace its signature")


def _keeps_signature(node: ast.expr, scope: NameScope) -> bool:
    # Decorators from other packages are assumed to use `functools.wraps`, as nearly all do.
    symbol = try_resolve(node, scope)
    if not isinstance(symbol, Definition):
        return True
    inside = list(ast.walk(symbol.node))
    replaces = any(
        isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) for part in inside[1:]
    )
    return not replaces or any(_word(part) in WRAPPING for part in inside)


def _word(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def _options(decorator: ast.expr, name: str, scope: NameScope) -> Options | None:
    call = decorator if isinstance(decorator, ast.Call) else None
    match try_resolve(call.func if call else decorator, scope):
        case External(name=full_name):
            return None if is_reserved(full_name) or full_name.startswith("builtins.") else _UNKNOWN
        case SourceExpression(node=ast.Call() as made, scope=there) if call is None:
            return _assigned(made, there)
        case Definition(node=ast.FunctionDef() | ast.AsyncFunctionDef() as node, scope=there):
            if not _mentions_flow(node, there.deferred().outside()):
                return None
            return _returned(node, call, name, there.deferred().outside())
    return _UNKNOWN


def _assigned(made: ast.Call, scope: NameScope) -> Options:
    """Return the options of `team_flow = flow(…)` and `team_flow = partial(flow, …)`."""
    wraps = made.args[:1] and is_flow(made.args[0], scope)
    return options_in(made, scope) if wraps or is_flow(made.func, scope) else _UNKNOWN


def _mentions_flow(node: ast.AST, scope: NameScope, calls: int = 0) -> bool:
    """Return whether the code at *node* refers to the decorator `flow`, directly or through functions."""
    for part in ast.walk(node):
        if not isinstance(part, (ast.Name, ast.Attribute)):
            continue
        if is_flow(part, scope):
            return True
        match try_resolve(part, scope):
            case Definition(node=ast.FunctionDef() | ast.AsyncFunctionDef() as inner, scope=there) if (
                inner is not node and calls < MAX_CALLS
            ):
                if _mentions_flow(inner, there.deferred().outside(), calls + 1):
                    return True
    return False


def _returned(node: Function, call: ast.Call | None, name: str, scope: NameScope) -> Options:
    """Return the options of the only `flow(…)` of a decorator that does nothing else."""
    if not all(_is_plain(part) for part in _statements(node)):
        return _UNKNOWN
    calls = [part for part in ast.walk(node) if isinstance(part, ast.Call) and is_flow(part.func, scope)]
    if len(calls) != 1 or not _wraps_what_it_is_given(node, calls[0]):
        return _UNKNOWN
    values = _Values({} if call is None else _arguments(node, call), _parameters(node), name)
    filled = values.visit(copy.deepcopy(calls[0]))
    return options_in(filled, scope)


def _wraps_what_it_is_given(node: Function, made: ast.Call) -> bool:
    """Return whether only `flow(function)`, `flow(…)(function)`, or `flow(…)` itself is returned."""
    given = _parameters(node)
    for part in ast.walk(node):
        match part:
            case ast.Return(value=ast.Call(func=func, args=[ast.Name(id=name)]) as call) if made in (
                call,
                func,
            ):
                return name in given
            case ast.Return(value=value) if value is made:
                return not made.args
    return False


def _statements(node: Function) -> Iterator[ast.stmt]:
    for statement in node.body:
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _statements(statement)


def _is_plain(statement: ast.stmt) -> bool:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Return() | ast.Expr(value=ast.Constant()):
            return True
    return False


def _parameters(node: Function) -> frozenset[str]:
    """Return the names of all parameters of a decorator and of its inner functions."""
    return frozenset(part.arg for part in ast.walk(node) if isinstance(part, ast.arg))


def _arguments(node: Function, call: ast.Call) -> Mapping[str, ast.expr]:
    """Return the arguments of *call* by parameter, with defaults for the others."""
    listed = list(parameters(node.args))
    defaults = {each.name: each.default for each in listed if each.default is not None}
    positional = [each.name for each in listed if each.is_positional]
    given = dict(zip(positional, call.args, strict=False))
    return {**defaults, **given, **{word.arg: word.value for word in call.keywords if word.arg}}


class _Values(ast.NodeTransformer):
    """Substitutes the parameters of a decorator; of the decorated function, only the name is known."""

    def __init__(self, given: Mapping[str, ast.expr], parameters: frozenset[str], name: str) -> None:
        self._given, self._parameters, self._name = given, parameters, name

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id in self._parameters and node.attr == "__name__":
            return ast.Constant(self._name)
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self._parameters:
            return node
        value = self._given.get(node.id)
        return value if isinstance(value, ast.Constant) else ast.Yield()
