"""What an object of the project holds, where the call that makes it says all."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from syntask_yaml.project.flows.schema.classes import Fields, Property, fields_of
from syntask_yaml.project.flows.schema.enums import members_of
from syntask_yaml.project.flows.schema.kinds import Kind, bases, class_of, kind_of
from syntask_yaml.project.flows.schema.shape import (
    MISSING,
    Array,
    Described,
    Fixed,
    Nullable,
    OneOf,
    Reference,
    Shape,
    Table,
)
from syntask_yaml.project.flows.source.symbol import Definition, External, Member, Unknowable
from syntask_yaml.project.flows.source.values import Called, Value

# Methods that decide what an object holds.
DECIDING = frozenset({"__init__", "__new__", "__post_init__", "model_post_init"})
EMPTY: Mapping[str, type] = {"builtins.dict": dict, "builtins.list": list, "builtins.set": set}

_EXACT: Mapping[str, type] = {"boolean": bool, "integer": int, "number": float, "string": str}


def held(called: Called) -> Value:
    """The fields of *called*, a mapping or a tuple; raises `Unknowable` if its class works them out."""
    kind = kind_of(called.owner)
    if kind is Kind.ENUM:
        return _member(called)
    if kind is Kind.TYPED_DICT and not called.positional:
        return dict(called.named)
    if kind not in (Kind.MODEL, Kind.DATACLASS, Kind.NAMED_TUPLE):
        raise Unknowable(f"what `{called.owner.name}(…)` holds is not known from the source")
    _check_plain(called.owner)
    fields = fields_of(called.owner, kind)
    values = _values(called, fields)
    return tuple(values.values()) if kind is Kind.NAMED_TUPLE else values


def is_opaque(called: Called) -> bool:
    """Whether *called* is an object without fields that anybody knows of."""
    return kind_of(called.owner) is Kind.PLAIN


def _member(called: Called) -> Value:
    (value,) = called.positional if len(called.positional) == 1 and not called.named else (MISSING,)
    if any(type(value) is type(known) and value == known for known in members_of(called.owner).values()):
        return value
    raise Unknowable(f"`{called.owner.name}` has no such member")


def _check_plain(definition: Definition) -> None:
    for statement in class_of(definition).body:
        if isinstance(statement, ast.FunctionDef) and (
            statement.name in DECIDING or statement.decorator_list
        ):
            raise Unknowable(f"`{definition.name}.{statement.name}` may change what an object holds")
    for base in bases(definition):
        if isinstance(base, Definition):
            _check_plain(base)


def _values(called: Called, fields: Fields) -> dict[str, Value]:
    names = [item.name for item in fields.properties]
    if (
        fields.config
        or (called.positional and fields.kind is Kind.MODEL)
        or len(called.positional) > len(names)
    ):
        raise Unknowable(f"what `{called.owner.name}(…)` holds is not known from the source")
    given = dict(zip(names, called.positional, strict=False)) | dict(called.named)
    if given.keys() - set(names):
        raise Unknowable(f"`{called.owner.name}` has no such field")
    return {item.name: _value(item, given.get(item.name, MISSING)) for item in fields.properties}


def _value(item: Property, given: Value) -> Value:
    value = _default(item) if given is MISSING else given
    if item.about.alias is not None or not fits(item.shape, value):
        raise Unknowable(f"what becomes of `{item.name}` is not known from the source")
    return value


def _default(item: Property) -> Value:
    if item.about.factory is None:
        if item.about.default is MISSING:
            raise Unknowable(f"`{item.name}` has no value")
        return item.about.default
    factory = item.about.factory
    match factory.scope.resolve(factory.node):
        case External(name=name) if name in EMPTY:
            return EMPTY[name]()
        case Definition(node=ast.ClassDef()) as owner:
            return Called(owner, (), {})
    raise Unknowable(f"what `{item.name}` starts with is worked out when the file runs")


def fits(shape: Shape, value: Value) -> bool:
    """Whether *value* is of *shape* already, so that nothing would be made of it."""
    match shape:
        case Described(inner=inner):
            return fits(inner, value)
        case Nullable(inner=inner):
            return value is None or fits(inner, value)
        case Fixed(schema=schema, family=""):
            return not schema
        case Fixed(family=family):
            return type(value) is _EXACT.get(family)
        case OneOf(values=values):
            return any(type(value) is type(known) and value == known for known in values)
        case Array(item=item, is_unique=False):
            return isinstance(value, list) and all(fits(item, part) for part in value)
        case Table(key=key, value=inner):
            return isinstance(value, dict) and all(fits(key, k) and fits(inner, v) for k, v in value.items())
        case Reference(to=Definition() as owner):
            return isinstance(value, (Called, Member)) and value.owner == owner
    return False
