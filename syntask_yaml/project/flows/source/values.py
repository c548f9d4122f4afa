"""The value of an expression, where its text alone tells."""

from __future__ import annotations

import ast
import builtins
import datetime
import decimal
import operator
import pathlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from syntask_yaml.project.flows.source.scope import Scope
from syntask_yaml.project.flows.source.symbol import (
    Definition,
    Expression,
    External,
    Member,
    Symbol,
    Unknowable,
)

MAX_LENGTH, MAX_BASE, MAX_EXPONENT = 100_000, 10_000, 1_000

# A constant, a container of values, or one of the three below.
Value: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Called:
    """What calling a class of the project returns."""

    owner: Definition
    positional: tuple[Value, ...]
    named: Mapping[str, Value]

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Thing:
    """A function, a class, a module: a value that has no JSON form."""

    symbol: Symbol | None = None


CONSTANTS: Mapping[str, Value] = {
    "builtins.Ellipsis": ...,
    "datetime.timezone.utc": datetime.timezone.utc,
    "datetime.UTC": datetime.timezone.utc,
    "datetime.date.min": datetime.date.min,
    "datetime.date.max": datetime.date.max,
    "datetime.datetime.min": datetime.datetime.min,
    "datetime.datetime.max": datetime.datetime.max,
    "math.inf": float("inf"),
    "math.pi": 3.141592653589793,
    "sys.maxsize": 2**63 - 1,
}



def _masked(secret: str | bytes) -> str:
    return "**********" if secret else ""


MAKERS: Mapping[str, Callable[..., Value]] = {
    "builtins.bool": bool,
    "builtins.dict": dict,
    "builtins.float": float,
    "builtins.frozenset": frozenset,
    "builtins.int": int,
    "builtins.list": list,
    "builtins.set": set,
    "builtins.str": str,
    "builtins.tuple": tuple,
    "datetime.date": datetime.date,
    "datetime.datetime": datetime.datetime,
    "datetime.time": datetime.time,
    "datetime.timedelta": datetime.timedelta,
    "datetime.timezone": datetime.timezone,
    "datetime.date.fromisoformat": datetime.date.fromisoformat,
    "datetime.datetime.fromisoformat": datetime.datetime.fromisoformat,
    "decimal.Decimal": decimal.Decimal,
    "pathlib.Path": pathlib.PurePath,
    "pathlib.PurePath": pathlib.PurePath,
    "pydantic.SecretBytes": _masked,
    "pydantic.SecretStr": _masked,
    "uuid.UUID": uuid.UUID,
}

# What a call of one of these returns has no JSON form.
OBJECTS = frozenset({"builtins.object", "builtins.range"})

UNARY: Mapping[type[ast.unaryop], Callable[[Value], Value]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}

BINARY: Mapping[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


def evaluate(node: ast.expr, scope: Scope) -> Value:
    """The value of *node* in *scope*; raises `Unknowable` unless its text alone tells."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=items):
            return tuple(_items(items, scope))
        case ast.List(elts=items):
            return list(_items(items, scope))
        case ast.Set(elts=items):
            return _try(set, list(_items(items, scope)))
        case ast.Dict():
            return _mapping(node, scope)
        case ast.UnaryOp(op=sign, operand=operand):
            return _try(UNARY[type(sign)], _plain(evaluate(operand, scope)))
        case ast.BinOp():
            return _binary(node, scope)
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, scope) for part in parts)
        case ast.Name() | ast.Attribute():
            return value_of(scope.resolve(node))
        case ast.Call():
            return _call(node, scope)
        case ast.Lambda():
            return Thing()
    raise Unknowable(f"`{_shown(node)}` is worked out when the file runs")


def value_of(symbol: Symbol) -> Value:
    match symbol:
        case Expression(node=node, scope=scope, name=name) if not isinstance(node, ast.Attribute):
            value = evaluate(node, scope)
            if isinstance(value, (list, dict, set)) and name in scope.module.changed_in_place:
                raise Unknowable(f"`{name}` is changed after it gets its value")
            return value
        case External(name=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case External(name=name) if name in MAKERS or callable(_builtin(name)):
            return Thing(symbol)
        case Definition(node=ast.FunctionDef() | ast.AsyncFunctionDef() as function):
            if not function.decorator_list:
                return Thing(symbol)
        case Definition(node=ast.ClassDef()) | Member():
            return symbol
    raise Unknowable(f"the value of `{_name(symbol)}` is not known from the source")


def _builtin(name: str) -> object:
    module, _, last = name.rpartition(".")
    return getattr(builtins, last, None) if module == "builtins" else None


def _items(nodes: Sequence[ast.expr], scope: Scope) -> Iterator[Value]:
    for node in nodes:
        if isinstance(node, ast.Starred):
            yield from _sequence(evaluate(node.value, scope))
        else:
            yield evaluate(node, scope)


def _mapping(node: ast.Dict, scope: Scope) -> Value:
    result: dict[Value, Value] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        value = evaluate(item, scope)
        if key is not None:
            _try(result.__setitem__, evaluate(key, scope), value)
        elif isinstance(value, dict):
            result.update(value)
        else:
            raise Unknowable("what `**` unpacks is not a plain mapping")
    return result


def _binary(node: ast.BinOp, scope: Scope) -> Value:
    work = BINARY.get(type(node.op))
    if work is None:
        raise Unknowable(f"`{_shown(node)}` is worked out when the file runs")
    left, right = _plain(evaluate(node.left, scope)), _plain(evaluate(node.right, scope))
    if _is_huge(node.op, left, right):
        raise Unknowable(f"`{_shown(node)}` is too large to work out")
    return _try(work, left, right)


def _is_huge(sign: ast.operator, left: Value, right: Value) -> bool:
    match sign, left, right:
        case ast.Pow(), int(), int():
            return abs(left) > MAX_BASE or abs(right) > MAX_EXPONENT
        case ast.Mult(), int() as times, (str() | bytes() | list() | tuple()) as repeated:
            return times * len(repeated) > MAX_LENGTH
        case ast.Mult(), (str() | bytes() | list() | tuple()) as repeated, int() as times:
            return times * len(repeated) > MAX_LENGTH
        case ast.Mult(), int(), int():
            return abs(left) > MAX_BASE**MAX_EXPONENT or abs(right) > MAX_BASE**MAX_EXPONENT
    return False


def _text(part: ast.expr, scope: Scope) -> str:
    match part:
        case ast.Constant(value=str(text)):
            return text
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            inner = evaluate(value, scope)
            if isinstance(inner, (str, int, float)):
                return str(inner)
    raise Unknowable(f"`{_shown(part)}` is formatted when the file runs")


def _call(node: ast.Call, scope: Scope) -> Value:
    called = scope.resolve(node.func)
    positional = tuple(_items(node.args, scope))
    named = _named(node.keywords, scope)
    match called:
        case External(name=name) if name in MAKERS:
            return _try(MAKERS[name], *map(_plain, positional), **named)
        case External(name=name) if name in OBJECTS:
            return Thing(called)
        case Definition(node=ast.ClassDef()):
            return Called(called, positional, named)
    raise Unknowable(f"what `{_shown(node.func)}(…)` returns is not known from the source")


def _named(keywords: Sequence[ast.keyword], scope: Scope) -> dict[str, Value]:
    named: dict[str, Value] = {}
    for keyword in keywords:
        value = evaluate(keyword.value, scope)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, dict):
            named.update(value)
        else:
            raise Unknowable("what `**` unpacks is not a plain mapping")
    return named


def _plain(value: Value) -> Value:
    if isinstance(value, (Called, Thing, Member, Definition)):
        raise Unknowable("it is worked out from an object of the project")
    return value


def _sequence(value: Value) -> Sequence[Value]:
    if isinstance(value, (tuple, list)):
        return value
    raise Unknowable("what `*` unpacks is not a plain sequence")


def _try(work: Callable[..., Value], *args: Value, **named: Value) -> Value:
    try:
        return work(*args, **named)
    except Exception as error:
        raise Unknowable(f"working it out fails: {error}") from error


def _shown(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _name(symbol: Symbol) -> str:
    match symbol:
        case External(name=name) | Definition(name=name):
            return name
        case Member(owner=owner, name=name):
            return f"{owner.name}.{name}"
        case Expression(node=node):
            return _shown(node)
        case _:
            return symbol.located.name
