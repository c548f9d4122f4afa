"""The value of an expression, where its text alone tells."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from syntask_yaml.pysource.constants import (
    BINARY,
    CONSTANTS,
    MAKERS,
    OPAQUE_MAKERS,
    UNARY,
    is_huge,
)
from syntask_yaml.pysource.lookup import resolve
from syntask_yaml.pysource.scope import Scope
from syntask_yaml.pysource.symbols import (
    Definition,
    Expression,
    External,
    Member,
    Symbol,
    Unknowable,
)

# A constant, a container of values, a `Definition`, a `Member`, or one of the two below.
Value: TypeAlias = Any


@dataclass(frozen=True, slots=True, eq=False)
class Called:
    """What a call of a class of the project returns."""

    owner: Definition
    positional: tuple[Value, ...]
    named: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Thing:
    """A function, or another object that has no JSON form."""


def evaluate(node: ast.expr, scope: Scope) -> Value:
    """The value of *node* in *scope*; raises `Unknowable` unless its text alone tells."""
    work = _WORK.get(type(node))
    if work is None:
        raise Unknowable(f"`{shown(node)}` is worked out when the file runs")
    return work(node, scope)


def value_of(symbol: Symbol) -> Value:
    """The value of what a name stands for; raises `Unknowable`."""
    match symbol:
        case Expression(node=node, scope=scope, name=name) if not isinstance(node, ast.Attribute):
            value = evaluate(node, scope)
            if isinstance(value, (list, dict, set)) and name in scope.module.altered:
                raise Unknowable(f"`{name}` is changed after it gets its value")
            return value
        case External(name=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case External(name=name) if name in MAKERS or _is_builtin(name):
            return Thing()
        case Definition(node=node) if isinstance(node, ast.ClassDef):
            return symbol
        case Definition(node=node) if not node.decorator_list:
            return Thing()
        case Member():
            return symbol
    raise Unknowable(f"the value of `{_name(symbol)}` is not known from the source")


def shown(node: ast.AST) -> str:
    """The text of *node*, cut short for a message."""
    text = ast.unparse(node)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _constant(node: Any, _scope: Scope) -> Value:
    return node.value


def _named(node: Any, scope: Scope) -> Value:
    return value_of(resolve(node, scope))


def _tuple(node: Any, scope: Scope) -> Value:
    return tuple(_items(node.elts, scope))


def _list(node: Any, scope: Scope) -> Value:
    return list(_items(node.elts, scope))


def _set(node: Any, scope: Scope) -> Value:
    return _attempt(set, list(_items(node.elts, scope)))


def _mapping(node: Any, scope: Scope) -> Value:
    result: dict[Value, Value] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        value = evaluate(item, scope)
        if key is None:
            result.update(_unpacked(value))
        else:
            _attempt(result.__setitem__, evaluate(key, scope), value)
    return result


def _unary(node: Any, scope: Scope) -> Value:
    return _attempt(UNARY[type(node.op)], _plain(evaluate(node.operand, scope)))


def _binary(node: Any, scope: Scope) -> Value:
    work = BINARY.get(type(node.op))
    left, right = (_plain(evaluate(side, scope)) for side in (node.left, node.right))
    if work is None or is_huge(node.op, left, right):
        raise Unknowable(f"`{shown(node)}` is worked out when the file runs")
    return _attempt(work, left, right)


def _formatted(node: Any, scope: Scope) -> Value:
    return "".join(_text(part, scope) for part in node.values)


def _text(part: ast.expr, scope: Scope) -> str:
    match part:
        case ast.Constant(value=str(text)):
            return text
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            inner = evaluate(value, scope)
            if isinstance(inner, (str, int, float)):
                return str(inner)
    raise Unknowable(f"`{shown(part)}` is formatted when the file runs")


def _called(node: Any, scope: Scope) -> Value:
    symbol = resolve(node.func, scope)
    positional = tuple(_items(node.args, scope))
    named: dict[str, Value] = {}
    for keyword in node.keywords:
        value = evaluate(keyword.value, scope)
        named |= {keyword.arg: value} if keyword.arg else _unpacked(value)
    match symbol:
        case External(name=name) if name in MAKERS:
            plain = {key: _plain(value) for key, value in named.items()}
            return _attempt(MAKERS[name], *map(_plain, positional), **plain)
        case External(name=name) if name in OPAQUE_MAKERS:
            return Thing()
        case Definition(node=ast.ClassDef()):
            return Called(symbol, positional, named)
    raise Unknowable(f"what `{shown(node.func)}(…)` returns is not known from the source")


def _function(_node: Any, _scope: Scope) -> Value:
    return Thing()


def _items(nodes: Sequence[ast.expr], scope: Scope) -> Iterator[Value]:
    for node in nodes:
        if not isinstance(node, ast.Starred):
            yield evaluate(node, scope)
            continue
        value = evaluate(node.value, scope)
        if not isinstance(value, (tuple, list)):
            raise Unknowable("what `*` unpacks is not a plain sequence")
        yield from value


def _unpacked(value: Value) -> dict[Value, Value]:
    if isinstance(value, dict):
        return value
    raise Unknowable("what `**` unpacks is not a plain mapping")


def _plain(value: Value) -> Value:
    if isinstance(value, (Called, Thing, Member, Definition)):
        raise Unknowable("it is worked out from an object of the project")
    return value


def _attempt(work: Callable[..., Value], *args: Value, **named: Value) -> Value:
    try:
        return work(*args, **named)
    except Exception as error:
        raise Unknowable(f"working it out fails: {error}") from error


def _is_builtin(name: str) -> bool:
    module, _, last = name.rpartition(".")
    return module == "builtins" and callable(getattr(builtins, last, None))


def _name(symbol: Symbol) -> str:
    return shown(symbol.node) if isinstance(symbol, Expression) else symbol.name


_WORK: Mapping[type[ast.expr], Callable[[Any, Scope], Value]] = {
    ast.Attribute: _named,
    ast.BinOp: _binary,
    ast.Call: _called,
    ast.Constant: _constant,
    ast.Dict: _mapping,
    ast.JoinedStr: _formatted,
    ast.Lambda: _function,
    ast.List: _list,
    ast.Name: _named,
    ast.Set: _set,
    ast.Tuple: _tuple,
    ast.UnaryOp: _unary,
}
