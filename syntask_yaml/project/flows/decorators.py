"""What makes a function a flow, and what is said of it there."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from syntask_yaml.pysource.lookup import resolve
from syntask_yaml.pysource.scope import Scope
from syntask_yaml.pysource.symbols import Definition, Expression, External, Unknowable
from syntask_yaml.pysource.values import evaluate

FLOW = "flow"
SAID = ("name", "description", "version")
BINDING = frozenset({"builtins.classmethod", "builtins.staticmethod"})

# A decorator with one of these in it passes on the signature of what it wraps.
WRAPPING = frozenset({"wraps", "update_wrapper", "decorator", "__wrapped__", "__signature__"})

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Options:
    """What is said where a function is made a flow; *unknown* is what only running it tells."""

    name: str | None = None
    description: str | None = None
    version: str | None = None
    unknown: frozenset[str] = frozenset()

    def then(self, later: Options) -> Options:
        """Both, where *later* has the last word."""
        return Options(
            later.name or self.name,
            later.description or self.description,
            later.version or self.version,
            self.unknown | later.unknown,
        )


NOTHING_SAID = Options()


def options_of(function: Function, scope: Scope) -> Options | None:
    """What the decorator of a flow says, or None if *function* has no such decorator."""
    for decorator in function.decorator_list:
        if is_flow(decorator, scope):
            return NOTHING_SAID
        if isinstance(decorator, ast.Call) and is_flow(decorator.func, scope):
            return said(decorator, scope)
    return None


def is_flow(node: ast.expr, scope: Scope) -> bool:
    """Whether *node* stands for the decorator `flow`, under whatever name it is here."""
    try:
        symbol = resolve(node, scope)
    except Unknowable:
        return isinstance(node, ast.Name) and node.id == FLOW
    match symbol:
        case External(name=name):
            return name.rpartition(".")[2] == FLOW
        case Definition(name=name) | Expression(name=name):
            return name == FLOW
    return False


def said(call: ast.Call, scope: Scope) -> Options:
    """What the keywords of `flow(…)` say."""
    known: dict[str, str] = {}
    unknown: set[str] = set()
    for keyword in call.keywords:
        keys = SAID if keyword.arg is None else (keyword.arg,) if keyword.arg in SAID else ()
        try:
            value = evaluate(keyword.value, scope) if keys else None
        except Unknowable:
            unknown.update(keys)
            continue
        given = {keyword.arg: value} if keyword.arg else value
        if isinstance(given, dict):
            known |= {key: str(given[key]) for key in keys if given.get(key)}
    return Options(**known, unknown=frozenset(unknown))


def is_bound_to_class(function: Function, scope: Scope) -> bool:
    """Whether a method is a static or a class method, and so can be called without an object."""
    return any(_is_binding(decorator, scope) for decorator in function.decorator_list)


def check_signature(
    function: Function, scope: Scope, keeps_signature: Callable[[ast.expr, Scope], bool]
) -> None:
    """Raise `Unknowable` if a decorator of the project replaces the signature of *function*.

    *keeps_signature* tells of those that make a flow that they do not.
    """
    for decorator in reversed(function.decorator_list):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if is_flow(called, scope) or keeps_signature(decorator, scope):
            return
        if not _is_binding(decorator, scope) and not _keeps_signature(called, scope):
            raise Unknowable(f"`@{ast.unparse(called)}` may replace its signature")


def _is_binding(node: ast.expr, scope: Scope) -> bool:
    try:
        symbol = resolve(node, scope)
    except Unknowable:
        return False
    return isinstance(symbol, External) and symbol.name in BINDING


def _keeps_signature(node: ast.expr, scope: Scope) -> bool:
    # A decorator from elsewhere is taken to use `functools.wraps`, as nearly all of them do.
    try:
        symbol = resolve(node, scope)
    except Unknowable:
        return True
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
