"""The value of an expression, where its text alone tells: constants, names of them, and what joins them."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any

from syntask_yaml.pysource.lookup import resolve
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import SourceExpression, Unknowable

MAX_LENGTH = 100_000


def evaluate(node: ast.expr, scope: NameScope) -> Any:
    """Return the value of *node* in *scope*; raise `Unknowable` unless its text alone tells."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name() | ast.Attribute():
            return _named(node, scope)
        case ast.Dict(keys=keys, values=values):
            return _mapping(keys, [evaluate(item, scope) for item in values], scope)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([evaluate(left, scope), evaluate(right, scope)], node)
        case ast.JoinedStr(values=parts):
            return _joined([_text(part, scope) for part in parts], node)
    raise Unknowable(f"`{shown(node)}` is computed at run time")


def shown(node: ast.AST) -> str:
    """The text of *node*, cut short for a message."""
    text = ast.unparse(node)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _named(node: ast.expr, scope: NameScope) -> Any:
    symbol = resolve(node, scope)
    if not isinstance(symbol, SourceExpression) or isinstance(symbol.node, ast.Attribute):
        raise Unknowable(f"the value of `{shown(node)}` cannot be determined from the source")
    return _assigned(symbol)


@lru_cache(maxsize=1024)
def _assigned(symbol: SourceExpression) -> Any:
    # Once for each: names that are joined of names twice over would take forever.
    value = evaluate(symbol.node, symbol.scope)
    if isinstance(value, dict) and symbol.name in symbol.scope.module.altered:
        raise Unknowable(f"`{symbol.name}` is modified after it is assigned")
    return value


def _mapping(keys: list[ast.expr | None], values: list[Any], scope: NameScope) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key, value in zip(keys, values, strict=True):
        name = evaluate(key, scope) if key is not None else ""
        if isinstance(name, dict) or (key is None and not isinstance(value, dict)):
            raise Unknowable("the mapping has keys or values that are computed at run time")
        result.update({name: value} if key is not None else value)
    return result


def _joined(parts: list[Any], node: ast.expr) -> str:
    if all(isinstance(part, str) for part in parts) and sum(map(len, parts)) <= MAX_LENGTH:
        return "".join(parts)
    raise Unknowable(f"`{shown(node)}` is computed at run time")


def _text(part: ast.expr, scope: NameScope) -> Any:
    match part:
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            inner = evaluate(value, scope)
            return str(inner) if isinstance(inner, (str, int, float)) else None
    return evaluate(part, scope)
