"""From a shape to JSON Schema, with the definitions that it refers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from syntask_yaml.project.flows.schema.annotations import Reader
from syntask_yaml.project.flows.schema.classes import Fields, Property, docstring, fields_of
from syntask_yaml.project.flows.schema.encode import NoJson, encode, encode_default
from syntask_yaml.project.flows.schema.enums import members_of
from syntask_yaml.project.flows.schema.kinds import Kind, kind_of
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
from syntask_yaml.project.flows.source.symbol import Definition, Expression, Unknowable
from syntask_yaml.project.flows.source.values import Value

PREFIX = "#/definitions/"

_TYPES: Mapping[type, str] = {
    bool: "boolean",
    float: "number",
    int: "integer",
    list: "array",
    str: "string",
}


class CannotExpress(Exception):
    """A type has no JSON form: whoever asks for one gets anything."""


class Renderer:
    """Makes the schemas of one signature; *definitions* fill up with what they refer to."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self._targets: dict[str, Definition | Expression] = {}
        self._started: set[str] = set()
        self._config: Mapping[str, Value] = {"arbitrary_types_allowed": True}

    def schema(self, shape: Shape) -> Schema:
        """The schema of *shape*; raises `CannotExpress`, or `Unknowable`."""
        match shape:
            case Fixed():
                return self._fixed(shape)
            case Array(item=item, is_unique=is_unique, limits=limits):
                unique = {"uniqueItems": True} if is_unique else {}
                return {"type": "array", **unique, "items": self.schema(item), **limits}
            case Row():
                return self._row(shape)
            case Table():
                return self._table(shape)
            case Choice(choices=choices):
                return self._choice(choices)
            case Nullable(inner=inner):
                return _any_of([self.schema(inner), {"type": "null"}])
            case OneOf(values=values):
                return _one_of([encode(value) for value in values])
            case JsonText(inner=inner):
                media = {"contentMediaType": "application/json", "contentSchema": self.schema(inner)}
                return {"type": "string", **media}
            case Reference():
                return self._reference(shape)
            case Described(inner=inner, about=about):
                if about.default is not MISSING or about.factory is not None:
                    raise Unknowable("a default stands inside a type")
                return {**self.schema(inner), **said(about)}
            case Inexpressible():
                raise CannotExpress

    def property(self, item: Property) -> Schema:
        """The schema of one field of a class."""
        schema = self.described(item.shape, item.about)
        if "title" not in schema and not _has_own_title(item.shape):
            schema["title"] = (item.about.alias or item.name).title().replace("_", " ").strip()
        return self.without_repetition(schema)

    def described(self, shape: Shape, about: About) -> Schema:
        """The schema of *shape*, and what *about* adds to it."""
        schema = {**self.schema(shape), **said(about)}
        if about.default is MISSING or about.factory is not None:
            return schema
        try:
            return {"default": encode_default(about.default), **schema}
        except NoJson:
            return schema

    def without_repetition(self, schema: Schema) -> Schema:
        """*schema* without what the definition that it refers to says in the same words."""
        target = self.definitions.get(schema.get("$ref", "").removeprefix(PREFIX), {})
        return {key: value for key, value in schema.items() if key not in target or target[key] != value}

    def _fixed(self, shape: Fixed) -> Schema:
        if shape == OPAQUE and not self._config.get("arbitrary_types_allowed"):
            raise Unknowable("a model holds an object without allowing it")
        return dict(shape.schema)

    def _row(self, row: Row) -> Schema:
        schema: Schema = {"type": "array"}
        if row.items:
            schema["prefixItems"] = [self.schema(item) for item in row.items]
        if row.rest is None:
            schema |= {"minItems": len(row.items), "maxItems": len(row.items)}
        else:
            schema["items"] = self.schema(row.rest)
        return {**schema, **row.limits}

    def _table(self, table: Table) -> Schema:
        key, value = self.schema(table.key), self.schema(table.value)
        value.pop("title", None)
        schema: Schema = {"type": "object", **_keys(key, value)}
        return {**schema, **table.limits}

    def _choice(self, choices: Iterable[Shape]) -> Schema:
        schemas = []
        for shape in choices:
            try:
                schemas.append(self.schema(shape))
            except CannotExpress:
                continue
        return _any_of(schemas)

    def _reference(self, reference: Reference) -> Schema:
        name = reference.name
        if self._targets.setdefault(name, reference.to) != reference.to or name == "Parameters":
            raise Unknowable(f"two types are called `{name}`")
        if name not in self.definitions and name not in self._started:
            self._started.add(name)
            try:
                self.definitions[name] = self._definition(reference.to)
            finally:
                self._started.discard(name)
        return {"$ref": PREFIX + name}

    def _definition(self, target: Definition | Expression) -> Schema:
        if isinstance(target, Expression):
            return self.schema(Reader(target.scope, target.scope, is_quoted=True).shape(target.node))
        kind = kind_of(target)
        if kind is Kind.ENUM:
            named = {"title": target.name, "description": docstring(target.node)}
            values = {"enum": [encode(value) for value in members_of(target).values()]}
            return {**_some(named), **values, **_type_of(values["enum"])}
        fields = fields_of(target, kind)
        with self._configured(fields):
            return self._fields(fields)

    @contextmanager
    def _configured(self, fields: Fields) -> Iterator[None]:
        """A model answers for itself; any other class goes by the model that it stands in."""
        if fields.kind is not Kind.MODEL and self._config.get("extra") is not None:
            raise Unknowable(f"what `{fields.title}` holds besides depends on where it stands")
        before = self._config
        self._config = fields.config if fields.kind is Kind.MODEL else before
        try:
            yield
        finally:
            self._config = before

    def _fields(self, fields: Fields) -> Schema:
        properties = [(item, self.property(item)) for item in fields.properties]
        if fields.kind is Kind.NAMED_TUPLE:
            return _named_tuple(properties)
        schema: Schema = {"type": "object", "properties": {key(item): schema for item, schema in properties}}
        if required := [key(item) for item, _ in properties if item.is_required]:
            schema["required"] = required
        config = fields.config
        title = config.get("title") or fields.title
        extra = {"allow": True, "forbid": False}.get(config.get("extra", ""))
        named = {"title": title, "description": fields.description, "additionalProperties": extra}
        return {**schema, **_some(named), **_plain(config.get("json_schema_extra"))}


def key(item: Property) -> str:
    """The name of a field outside."""
    return item.about.alias or item.name


def said(about: About) -> Schema:
    """What *about* adds to a schema."""
    return {name: encode(value) for name, value in {**about.updates, **about.extra}.items()}


def _named_tuple(properties: Sequence[tuple[Property, Schema]]) -> Schema:
    least = sum(item.is_required for item, _ in properties)
    schema: Schema = {"type": "array", "maxItems": len(properties)}
    schema |= {"prefixItems": [schema for _, schema in properties]} if properties else {}
    return schema | ({"minItems": least} if least else {})


def _keys(key: Schema, value: Schema) -> Schema:
    """How the schemas of its keys and values stand in that of a mapping."""
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


def _one_of(values: list[Any]) -> Schema:
    schema: Schema = {"const": values[0]} if len(values) == 1 else {"enum": values}
    return {**schema, **_type_of(values, {**_TYPES, type(None): "null"})}


def _type_of(values: Sequence[Any], types: Mapping[type, str] = _TYPES) -> Schema:
    kinds = {types.get(type(value)) for value in values}
    kind = kinds.pop() if len(kinds) == 1 else None
    return {"type": kind} if kind else {}


def _has_own_title(shape: Shape) -> bool:
    match shape:
        case Reference():
            return True
        case Nullable(inner=inner) | Described(inner=inner):
            return _has_own_title(inner)
    return False


def _some(schema: Mapping[str, Any]) -> Schema:
    return {name: value for name, value in schema.items() if value is not None}


def _plain(value: Value) -> Schema:
    if value is None:
        return {}
    if isinstance(value, dict):
        return dict(encode(value))
    raise Unknowable("`json_schema_extra` of a model is not a plain mapping")
