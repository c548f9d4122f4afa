"""Recognize flow decorators and read their options."""

from __future__ import annotations

import ast
from typing import NamedTuple, TypeAlias

from syntask_yaml.pysource.lookup import try_resolve
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import Definition, External, SourceExpression, Unknowable
from syntask_yaml.pysource.values import evaluate

FLOW = "flow"
OPTIONS = ("name", "description", "version")
BINDING = frozenset({"builtins.classmethod", "builtins.staticmethod"})

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class Options(NamedTuple):
    """The options of a flow; *unknown* are those known only after running the file."""

    name: str | None = None
    description: str | None = None
    version: str | None = None
    unknown: frozenset[str] = frozenset()

    def then(self, later: Options) -> Options:
        """Merge two sets of options; *later* has priority."""
        return Options(
            later.name or self.name,
            later.description or self.description,
            later.version or self.version,
            self.unknown | later.unknown,
        )


NO_OPTIONS = Options()


def options_of(function: Function, scope: NameScope) -> Options | None:
    """Return the options of the decorator `flow`, or None if *function* has no such decorator."""
    for decorator in function.decorator_list:
        if is_flow(decorator, scope):
            return NO_OPTIONS
        if isinstance(decorator, ast.Call) and is_flow(decorator.func, scope):
            return options_in(decorator, scope)
    return None


def is_flow(node: ast.expr, scope: NameScope) -> bool:
    """Return whether *node* refers to the decorator `flow`, under any name."""
    match try_resolve(node, scope):
        case None:
            return isinstance(node, ast.Name) and node.id == FLOW
        case External(name=name):
            return name.rpartition(".")[2] == FLOW
        case Definition(name=name) | SourceExpression(name=name):
            return name == FLOW
    return False


def options_in(call: ast.Call, scope: NameScope) -> Options:
    """Return the options from the keywords of `flow(…)`."""
    known: dict[str, str] = {}
    unknown: set[str] = set()
    for keyword in call.keywords:
        keys = OPTIONS if keyword.arg is None else (keyword.arg,) if keyword.arg in OPTIONS else ()
        try:
            value = evaluate(keyword.value, scope) if keys else None
        except Unknowable:
            unknown.update(keys)
            continue
        given = {keyword.arg: value} if keyword.arg else value
        if isinstance(given, dict):
            known |= {key: str(given[key]) for key in keys if given.get(key)}
    return Options(**known, unknown=frozenset(unknown))


def is_bound_to_class(function: Function, scope: NameScope) -> bool:
    """Return whether a method is a static or a class method, which can be called without an object."""
    return any(is_binding(decorator, scope) for decorator in function.decorator_list)


def is_binding(node: ast.expr, scope: NameScope) -> bool:
    """Return whether *node* is `staticmethod` or `classmethod`."""
    symbol = try_resolve(node, scope)
    return isinstance(symbol, External) and symbol.name in BINDING
