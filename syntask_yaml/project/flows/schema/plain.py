"""The fast path: the schema of a signature with only plain types.

Cases not handled here raise `NotPlain` and are left to pydantic.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from syntask_yaml.pysource.lookup import resolve
from syntask_yaml.pysource.scope import NameScope, first_line
from syntask_yaml.pysource.signature import Parameter, parameters
from syntask_yaml.pysource.symbols import Definition, External, Unknowable

Schema: TypeAlias = dict[str, Any]

SCALARS: Mapping[str, Schema] = {
    "builtins.bool": {"type": "boolean"},
    "builtins.float": {"type": "number"},
    "builtins.int": {"type": "integer"},
    "builtins.str": {"type": "string"},
    "typing.Any": {},
}
NULL: Schema = {"type": "null"}
LITERALS: Mapping[type, str] = {bool: "boolean", int: "integer", str: "string"}
IMPLICIT = frozenset({"cls", "self"})
MAX_DEPTH = 20


class Schemas(NamedTuple):
    """The schema of parameters to deploy, and the more specific one to check *values* with."""

    deployed: Schema
    values: Schema


class NotPlain(Exception):
    """The signature has a type or a default that requires pydantic."""


def plain_schema(function: Definition, descriptions: Mapping[str, str]) -> Schema:
    """Return the schema of the parameters of *function*, as Prefect generates it; raise `NotPlain`."""
    node = function.node
    if isinstance(node, ast.ClassDef) or getattr(node, "type_params", None) or _is_text(node.returns):
        raise NotPlain
    if node.returns is not None and function.scope.module.defers_annotations:
        # If one string annotation cannot be evaluated, Prefect evaluates all of them in another module.
        _type(node.returns, function.scope.deferred().outside())
    properties: Schema = {}
    required: list[str] = []
    for position, parameter in enumerate(parameters(node.args)):
        if parameter.name in IMPLICIT:
            continue
        if parameter.name.startswith("_"):
            raise NotPlain
        schema = {**_typed(parameter, function.scope, first_line(node)), "title": parameter.name}
        if described := descriptions.get(parameter.name):
            schema["description"] = described
        if parameter.default is not None:
            schema["default"] = _constant(parameter.default)
        elif parameter.is_required:
            required.append(parameter.name)
        properties[parameter.name] = {**schema, "position": position}
    needed: Schema = {"required": required} if required else {}
    return {"title": "Parameters", "type": "object", "properties": properties, "definitions": {}, **needed}


def _typed(parameter: Parameter, scope: NameScope, line: int) -> Schema:
    there = scope.deferred().outside() if scope.module.defers_annotations else scope.at(line)
    schema = {} if parameter.annotation is None else _type(parameter.annotation, there)
    match parameter.kind:
        case parameter.kind.VAR_POSITIONAL:
            return {"type": "array", "items": schema, "default": []}
        case parameter.kind.VAR_KEYWORD:
            return {"type": "object", "additionalProperties": schema or True, "default": {}}
    return schema


def _type(node: ast.expr, scope: NameScope, depth: int = 0) -> Schema:
    if depth > MAX_DEPTH:
        raise NotPlain
    match node:
        case ast.Constant(value=None):
            return NULL
        case ast.Name() | ast.Attribute():
            return _named(_name(node, scope))
        case ast.BinOp(op=ast.BitOr()):
            return _any_of([_type(side, scope, depth + 1) for side in _sides(node)])
        case ast.Subscript(value=value, slice=inside):
            items = inside.elts if isinstance(inside, ast.Tuple) else [inside]
            name = _name(value, scope)
            if name == "typing.Literal":
                return _literal(items)
            return _generic(name, [_type(item, scope, depth + 1) for item in items], items, scope)
    raise NotPlain


def _sides(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the operands of `a | b | …`, without recursion."""
    sides: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides.append(node.right)
        node = node.left
    yield node
    yield from reversed(sides)


def _name(node: ast.expr, scope: NameScope) -> str:
    try:
        symbol = resolve(node, scope)
    except Unknowable as error:
        raise NotPlain from error
    if isinstance(symbol, External):
        return symbol.name
    raise NotPlain


def _named(name: str) -> Schema:
    match name:
        case "builtins.list":
            return {"type": "array", "items": {}}
        case "builtins.dict":
            return {"type": "object", "additionalProperties": True}
    if name in SCALARS:
        return dict(SCALARS[name])
    raise NotPlain


def _generic(name: str, inner: Sequence[Schema], items: Sequence[ast.expr], scope: NameScope) -> Schema:
    match name, inner:
        case "builtins.list", [item]:
            return {"type": "array", "items": item}
        case "builtins.dict", [_, value] if _name(items[0], scope) == "builtins.str":
            return {"type": "object", "additionalProperties": value or True}
        case "typing.Optional", [item]:
            return _any_of([item, NULL])
        case "typing.Union", [_, _, *_]:
            return _any_of(inner)
    raise NotPlain


def _any_of(members: Sequence[Schema]) -> Schema:
    """Return the union of different simple types; None is last, as in pydantic."""
    ordered = [member for member in members if member != NULL] + [NULL] * (NULL in members)
    kinds = {member.get("type") for member in ordered}
    if len(kinds) < len(ordered) or len(ordered) < 2 or None in kinds:
        raise NotPlain
    return {"anyOf": ordered}


def _literal(items: Sequence[ast.expr]) -> Schema:
    values = [_constant(item) for item in items]
    kinds = {type(value) for value in values}
    if len(kinds) != 1 or not kinds <= LITERALS.keys():
        raise NotPlain
    different = list(dict.fromkeys(values))
    allowed: Schema = {"const": different[0]} if len(different) == 1 else {"enum": different}
    return {**allowed, "type": LITERALS[kinds.pop()]}


def _constant(node: ast.expr, depth: int = 0) -> Any:
    """Return the value of a constant, or of a list or mapping of constants."""
    if depth > MAX_DEPTH:
        raise NotPlain
    match node:
        case ast.Constant(value=None | bool() | int() | str() as value):
            return value
        case ast.Constant(value=float() as value) if abs(value) < float("inf"):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)) if abs(
            value
        ) < float("inf") and not isinstance(value, bool):
            return -value
        case ast.List(elts=items):
            return [_constant(item, depth + 1) for item in items]
        case ast.Dict(keys=keys, values=values) if all(_is_text(key) for key in keys):
            names = [key.value for key in keys if isinstance(key, ast.Constant)]
            return dict(zip(names, [_constant(value, depth + 1) for value in values], strict=True))
    raise NotPlain


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
