"""Evaluate expressions statically: constants, names of constants, and their combinations."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from syntask_yaml.pysource.bindings import Assigned, Binding, class_names
from syntask_yaml.pysource.lookup import resolve
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import External, Member, SourceExpression, Unknowable

MAX_LENGTH = 100_000


def evaluate(node: ast.expr, scope: NameScope) -> Any:
    """Return the value of *node* in *scope*. Raises `Unknowable` if it is not constant."""
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
    """Return the source of *node*, truncated for a message."""
    text = ast.unparse(node)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _named(node: ast.expr, scope: NameScope) -> Any:
    symbol = resolve(node, scope)
    if isinstance(symbol, SourceExpression) and not isinstance(symbol.node, ast.Attribute):
        return _assigned(symbol)
    if isinstance(symbol, SourceExpression) and isinstance(symbol.node, ast.Attribute):
        owner = resolve(symbol.node.value, symbol.scope)
        if isinstance(owner, Member) and symbol.node.attr == "value":
            return _of_member(owner)
    raise Unknowable(f"the value of `{shown(node)}` cannot be determined from the source")


# The types of members whose values are taken as written, for each base class of an enumeration.
_ENUMERATIONS: Mapping[str, type] = {
    "builtins.int": int,
    "builtins.str": str,
    "enum.Enum": object,
    "enum.IntEnum": int,
    "enum.StrEnum": str,
}
# Definitions that change the values of members.
_MAKE_VALUES = frozenset({"__init__", "__new__", "value"})


def _of_member(member: Member) -> Any:
    """Return the value of a *member* of an enumeration. Raises `Unknowable` if the source may not show it."""
    owner = member.owner.node
    assert isinstance(owner, ast.ClassDef)
    bases = [resolve(base, member.owner.scope) for base in owner.bases]
    names = [base.name for base in bases if isinstance(base, External) and base.name in _ENUMERATIONS]
    is_plain = len(names) == len(bases) and any(name.startswith("enum.") for name in names)
    own = class_names(owner)
    makes_values = not _MAKE_VALUES.isdisjoint(own.names)
    match own.at(member.attribute, math.inf):
        case [Binding(origin=Assigned(value=ast.Constant(value=value)))] if is_plain and not makes_values:
            if {_ENUMERATIONS[name] for name in names} <= {object, type(value)}:
                return value
    raise Unknowable(f"the value of `{member.name}` cannot be determined from the source")


@lru_cache(maxsize=1024)
def _assigned(symbol: SourceExpression) -> Any:
    # Each name is evaluated once: names that join other names repeatedly would take exponential time.
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
