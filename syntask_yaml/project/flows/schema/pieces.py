"""The statements that are extracted from a project's source, and the context of its expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from syntask_yaml.pysource.module import Module, SourceUnreadable, parse
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import SourceExpression, Symbol, Unknowable

FUNCTION = "__function__"
# The functions that extracted code calls instead of the original ones.
OPERATE, JOIN, WEIGH, MAKE, REFUSE = "__operate__", "__join__", "__weigh__", "__make__", "__refuse__"


@dataclass(frozen=True, slots=True)
class SymbolAssignment:
    """`name = symbol`, or `name.path = symbol` for a symbol reached through modules."""

    name: str
    path: tuple[str, ...]
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Code:
    """A statement that defines *name*, with the syntax tree *node*."""

    name: str
    node: ast.AST
    statement: ast.stmt


Step: TypeAlias = SymbolAssignment | Code


@dataclass(slots=True)
class Part:
    """The statements of one module, by their line."""

    module: Module
    steps: list[tuple[float, Step]] = field(default_factory=list)

    def in_order(self) -> list[Step]:
        """Return the statements sorted by line, dependencies first."""
        return [step for _, step in sorted(self.steps, key=lambda pair: pair[0])]


@dataclass(frozen=True, slots=True)
class At:
    """The context of an expression; *is_text* if it is a string annotation.

    *is_inside* if it is in the body of an extracted class.
    """

    scope: NameScope
    is_text: bool = False
    is_inside: bool = False


def annotating(there: At, *, keeps_class: bool = False) -> At:
    """Return the context in which the annotations of a function or class defined *there* are evaluated."""
    if not there.scope.module.defers_annotations:
        return there
    later = there.scope.deferred()
    return At(later if keeps_class else later.outside(), is_text=True, is_inside=there.is_inside)


@lru_cache(maxsize=4096)
def expression(text: str) -> ast.expr:
    """Parse *text* as an expression; raise `Unknowable`."""
    try:
        body = parse(f"({text}\n)").body
    except SourceUnreadable as error:
        raise Unknowable(f"`{text}` is not an expression") from error
    match body:
        case [ast.Expr(value=value)]:
            return value
    raise Unknowable(f"`{text}` is not an expression")


def rebuilt(node: ast.expr, visit: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """Return a copy of *node* with *visit* applied to its direct subexpressions."""
    made = copy(node)
    for name, inside in ast.iter_fields(node):
        if isinstance(inside, ast.expr):
            setattr(made, name, visit(inside))
        elif isinstance(inside, list):
            setattr(made, name, [visit(each) if isinstance(each, ast.expr) else each for each in inside])
    return made


def arguments(
    old: ast.arguments,
    parameter: Callable[[ast.arg], ast.arg],
    default: Callable[[ast.arg, ast.expr], ast.expr],
) -> ast.arguments:
    """Return the parameters *old* with *parameter* applied to each one, and *default* to each default."""
    positional = [*old.posonlyargs, *old.args]
    with_default = positional[len(positional) - len(old.defaults) :]
    return ast.arguments(
        posonlyargs=list(map(parameter, old.posonlyargs)),
        args=list(map(parameter, old.args)),
        vararg=old.vararg and parameter(old.vararg),
        kwonlyargs=list(map(parameter, old.kwonlyargs)),
        kw_defaults=[
            value and default(item, value)
            for item, value in zip(old.kwonlyargs, old.kw_defaults, strict=True)
        ],
        kwarg=old.kwarg and parameter(old.kwarg),
        defaults=list(map(default, with_default, old.defaults)),
    )


def assignment(symbol: SourceExpression, value: ast.expr) -> ast.stmt:
    if symbol.is_alias:  # a `type` statement of Python 3.12
        made: ast.stmt = ast.TypeAlias(ast.Name(symbol.name, ast.Store()), [], value)  # type: ignore[attr-defined]
        return made
    return ast.Assign([ast.Name(symbol.name, ast.Store())], value)


def call(name: str, *args: ast.expr, keywords: Sequence[ast.keyword] = ()) -> ast.Call:
    """Return a call of *name* as a syntax tree."""
    return ast.Call(ast.Name(name, ast.Load()), list(args), list(keywords))
