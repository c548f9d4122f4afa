"""From a shape to JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from syntask_yaml.project.flows.schema.encode import NoJson, encode, encode_default
from syntask_yaml.project.flows.schema.shape import (
    MISSING,
    OPAQUE,
    About,
    Array,
    Choice,
    Described,
    Fixed,
    Inexpressible,
    JsonText,
    Nullable,
    OneOf,
    Reference,
    Row,
    Schema,
    Shape,
    Table,
)
from syntask_yaml.project.flows.source.symbol import Unknowable

TYPES: Mapping[type, str] = {bool: "boolean", float: "number", int: "integer", list: "array", str: "string"}


class CannotExpress(Exception):
    """A type has no JSON form: whoever asks for its schema gets that of anything."""


class Renderer:
    """Makes schemas. What a class of the project is, *define* says, and how to refer to it.

    *allows_objects* tells whether a type may be one that only `isinstance` knows.
    """

    def __init__(self, define: Callable[[Reference], Schema], allows_objects: Callable[[], bool]) -> None:
        self._define = define
        self._allows_objects = allows_objects
        self._work: Mapping[type, Callable[[Any], Schema]] = {
            Array: self._array,
            Choice: self._choice,
            Described: self._described,
            Fixed: self._fixed,
            Inexpressible: self._inexpressible,
            JsonText: self._json_text,
            Nullable: self._nullable,
            OneOf: self._one_of,
            Reference: define,
            Row: self._row,
            Table: self._table,
        }

    def schema(self, shape: Shape) -> Schema:
        """The schema of *shape*; raises `CannotExpress`, or `Unknowable`."""
        return self._work[type(shape)](shape)

    def described(self, shape: Shape, about: About) -> Schema:
        """The schema of *shape*, and what *about* adds to it, a default among it."""
        schema = {**self.schema(shape), **_said(about)}
        if about.default is MISSING or about.factory is not None:
            return schema
        try:
            return {"default": encode_default(about.default), **schema}
        except NoJson:
            return schema

    def _fixed(self, shape: Fixed) -> Schema:
        if shape == OPAQUE and not self._allows_objects():
            raise Unknowable("a model holds an object without allowing it")
        return dict(shape.schema)

    def _array(self, shape: Array) -> Schema:
        unique = {"uniqueItems": True} if shape.is_unique else {}
        return {"type": "array", **unique, "items": self.schema(shape.item), **shape.limits}

    def _row(self, shape: Row) -> Schema:
        schema: Schema = {"type": "array"}
        if shape.items:
            schema["prefixItems"] = [self.schema(item) for item in shape.items]
        if shape.rest is None:
            schema |= {"minItems": len(shape.items), "maxItems": len(shape.items)}
        else:
            schema["items"] = self.schema(shape.rest)
        return {**schema, **shape.limits}

    def _table(self, shape: Table) -> Schema:
        key, value = self.schema(shape.key), self.schema(shape.value)
        value.pop("title", None)
        return {"type": "object", **_keys(key, value), **shape.limits}

    def _choice(self, shape: Choice) -> Schema:
        expressible = [choice for choice in shape.choices if not isinstance(choice, Inexpressible)]
        try:
            return _any_of([self.schema(choice) for choice in expressible])
        except CannotExpress as error:
            # pydantic leaves such a choice out as well, unless it is a class that holds itself.
            raise Unknowable("a type of a union holds what has no JSON form") from error

    def _nullable(self, shape: Nullable) -> Schema:
        return _any_of([self.schema(shape.inner), {"type": "null"}])

    def _one_of(self, shape: OneOf) -> Schema:
        values = [encode(value) for value in shape.values]
        schema: Schema = {"const": values[0]} if len(values) == 1 else {"enum": values}
        return {**schema, **type_of(values, {**TYPES, type(None): "null"})}

    def _json_text(self, shape: JsonText) -> Schema:
        content = self.schema(shape.inner)
        return {"type": "string", "contentMediaType": "application/json", "contentSchema": content}

    def _described(self, shape: Described) -> Schema:
        if shape.about.default is not MISSING or shape.about.factory is not None:
            raise Unknowable("a default stands inside a type")
        return self.described(shape.inner, shape.about)

    def _inexpressible(self, _shape: Inexpressible) -> Schema:
        raise CannotExpress


def type_of(values: Sequence[Any], types: Mapping[type, str] = TYPES) -> Schema:
    """The type that all *values* have, if they have one."""
    found = {types.get(type(value)) for value in values}
    kind = found.pop() if len(found) == 1 else None
    return {"type": kind} if kind else {}


def _said(about: About) -> Schema:
    return {name: encode(value) for name, value in {**about.updates, **about.extra}.items()}


def _keys(key: Schema, value: Schema) -> Schema:
    """How the schemas of its keys and of its values stand in that of a mapping."""
    if "$ref" in key:
        return {"additionalProperties": value or True, "propertyNames": key}
    pattern = key.pop("pattern", None)
    key.pop("title", None)
    schema: Schema = {"additionalProperties": value or True}
    if pattern is not None:
        schema = {"patternProperties": {pattern: value}}
    if key.get("type") == "string" and len(key) > 1:
        schema["propertyNames"] = {name: said for name, said in key.items() if name != "type"}
    return schema


def _any_of(schemas: Iterable[Schema]) -> Schema:
    members: list[Schema] = []
    for schema in schemas:
        for member in schema["anyOf"] if schema.keys() == {"anyOf"} else (schema,):
            if member not in members:
                members.append(member)
    return members[0] if len(members) == 1 else {"anyOf": members}
