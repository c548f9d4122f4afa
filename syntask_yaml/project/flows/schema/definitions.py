"""The classes that a signature refers to, each described once under its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from syntask_yaml.project.flows.schema.annotations import Reader
from syntask_yaml.project.flows.schema.classes import Fields, Property, docstring, fields_of
from syntask_yaml.project.flows.schema.encode import encode
from syntask_yaml.project.flows.schema.enums import members_of
from syntask_yaml.project.flows.schema.kinds import Kind, kind_of
from syntask_yaml.project.flows.schema.render import Renderer, type_of
from syntask_yaml.project.flows.schema.shape import Described, Nullable, Reference, Schema, Shape
from syntask_yaml.project.flows.source.symbol import Definition, Expression, Unknowable
from syntask_yaml.project.flows.source.values import Value

PREFIX = "#/definitions/"
TITLE = "Parameters"

# Around all classes stands the signature itself, which lets everything in.
_OUTERMOST: Mapping[str, Value] = {"arbitrary_types_allowed": True}


class Definitions:
    """Fills up with what *renderer* is asked for."""

    def __init__(self) -> None:
        self.renderer = Renderer(self._reference, self._allows_objects)
        self._schemas: dict[str, Schema] = {}
        self._targets: dict[str, Definition | Expression] = {}
        self._started: set[str] = set()
        self._config = _OUTERMOST

    def without_repetition(self, schema: Schema) -> Schema:
        """*schema* without what the definition that it refers to says in the same words."""
        target = self._schemas.get(schema.get("$ref", "").removeprefix(PREFIX), {})
        return {key: value for key, value in schema.items() if key not in target or target[key] != value}

    def reached(self, schemas: Mapping[str, Schema]) -> Schema:
        """The definitions that *schemas* lead to, by name."""
        reached: Schema = {}
        waiting = list(_references(schemas)) if self._schemas else []
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached[name] = self._schemas[name]
                waiting += _references(reached[name])
        return reached

    def _allows_objects(self) -> bool:
        return bool(self._config.get("arbitrary_types_allowed"))

    def _reference(self, shape: Reference) -> Schema:
        name = shape.name
        if name == TITLE or self._targets.setdefault(name, shape.to) != shape.to:
            raise Unknowable(f"two types are called `{name}`")
        if name not in self._schemas and name not in self._started:
            self._started.add(name)
            try:
                self._schemas[name] = self._definition(shape.to)
            finally:
                self._started.discard(name)
        return {"$ref": PREFIX + name}

    def _definition(self, target: Definition | Expression) -> Schema:
        if isinstance(target, Expression):
            reader = Reader(target.scope, target.scope, is_quoted=True)
            return self.renderer.schema(reader.shape(target.node))
        kind = kind_of(target)
        if kind is Kind.ENUM:
            return _enumeration(target)
        fields = fields_of(target, kind)
        with self._within(fields):
            return self._fields(fields)

    @contextmanager
    def _within(self, fields: Fields) -> Iterator[None]:
        """A model answers for itself; any other class goes by the model that it stands in."""
        if fields.kind is not Kind.MODEL and self._config.get("extra") is not None:
            raise Unknowable(f"what else `{fields.title}` may hold depends on where it stands")
        before = self._config
        self._config = fields.config if fields.kind is Kind.MODEL else before
        try:
            yield
        finally:
            self._config = before

    def _fields(self, fields: Fields) -> Schema:
        schemas = [self._property(item) for item in fields.properties]
        if fields.kind is Kind.NAMED_TUPLE:
            return _named_tuple(fields.properties, schemas)
        keys = [item.key for item in fields.properties]
        required = [item.key for item in fields.properties if item.is_required]
        extra = fields.config.get("extra")
        return {
            "type": "object",
            "properties": dict(zip(keys, schemas, strict=True)),
            **({"required": required} if required else {}),
            "title": fields.config.get("title") or fields.title,
            **({"description": fields.description} if fields.description is not None else {}),
            **({"additionalProperties": extra == "allow"} if extra in ("allow", "forbid") else {}),
            **_extra(fields.config.get("json_schema_extra")),
        }

    def _property(self, item: Property) -> Schema:
        schema = self.renderer.described(item.shape, item.about)
        if "title" not in schema and not _has_own_title(item.shape):
            schema["title"] = item.key.title().replace("_", " ").strip()
        return self.without_repetition(schema)


def _enumeration(definition: Definition) -> Schema:
    values = [encode(value) for value in members_of(definition).values()]
    text = docstring(definition.node)
    described = {} if text is None else {"description": text}
    return {"title": definition.name, **described, "enum": values, **type_of(values)}


def _named_tuple(properties: Sequence[Property], schemas: Sequence[Schema]) -> Schema:
    least = sum(item.is_required for item in properties)
    schema: Schema = {"type": "array", "maxItems": len(schemas)}
    schema |= {"prefixItems": schemas} if schemas else {}
    return schema | ({"minItems": least} if least else {})


def _has_own_title(shape: Shape) -> bool:
    match shape:
        case Reference():
            return True
        case Nullable(inner=inner) | Described(inner=inner):
            return _has_own_title(inner)
    return False


def _extra(value: Value) -> Schema:
    if value is None or isinstance(value, dict):
        return dict(encode(value or {}))
    raise Unknowable("`json_schema_extra` of a model is not a plain mapping")


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(PREFIX)
        for part in schema.values():
            yield from _references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _references(part)
