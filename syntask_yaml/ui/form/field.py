"""Generate the fields of a form from a JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from syntask_yaml.model.secret import is_secret_name
from syntask_yaml.model.value import Json

# The maximum depth of nested objects with fields of their own; deeper ones are edited as JSON.
_DEEPEST = 4
_PREFIX = "p"


class InputKind(Enum):
    """The kind of an input."""

    TEXT = "text"
    SECRET = "secret"
    INTEGER = "integer"
    NUMBER = "number"
    CHOICE = "choice"
    JSON = "json"
    GROUP = "group"


class NoValue(Enum):
    """A marker for a missing value, since None is a value."""

    NO_VALUE = "no value"


NO_VALUE = NoValue.NO_VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A form field for one parameter, or a part of one.

    *path* is the path of its value, and *shown* the initial value. A GROUP has *fields*, a CHOICE *choices*.
    """

    path: tuple[str, ...]
    kind: InputKind
    label: str
    about: str = ""
    is_required: bool = False
    is_nullable: bool = False
    shown: Json | NoValue = NO_VALUE
    choices: tuple[Json, ...] = ()
    fields: tuple[FormField, ...] = ()

    @property
    def name(self) -> str:
        """The name of its input: the path as a JSON Pointer."""
        return "/".join((_PREFIX, *(part.replace("~", "~0").replace("/", "~1") for part in self.path)))


def fields_of(schema: Mapping[str, Json] | None, values: Mapping[str, Json]) -> tuple[FormField, ...]:
    """Return a field for each parameter in *schema*; initial values are *values*, or the defaults."""
    return tuple(_Maker(schema or {}).fields(schema or {}, values, ()))


class _Maker:
    """Creates the fields for parts of *root*, in which references are resolved."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root

    def fields(
        self, schema: Mapping[str, Any], values: Mapping[str, Any], path: tuple[str, ...]
    ) -> Iterator[FormField]:
        required = schema.get("required") or ()
        properties: Mapping[str, Any] = schema.get("properties") or {}
        ordered = sorted(properties.items(), key=lambda item: _position(item[1]))
        for name, part in ordered:
            if isinstance(part, Mapping):
                value = values.get(name, part.get("default", NO_VALUE))
                yield self._field(part, value, (*path, name), is_required=name in required)

    def _field(
        self, written: Mapping[str, Any], shown: Any, path: tuple[str, ...], *, is_required: bool
    ) -> FormField:
        schema, is_nullable = self._resolved(written)
        kind, choices = self._kind(schema, path, is_nullable=is_nullable), _choices(schema)
        inner = shown if isinstance(shown, Mapping) else {}
        return FormField(
            path=path,
            kind=kind,
            label=path[-1],
            about=str(written.get("description") or schema.get("description") or ""),
            is_required=is_required,
            is_nullable=is_nullable,
            shown=shown,
            choices=choices if kind is InputKind.CHOICE else (),
            fields=tuple(self.fields(schema, inner, path)) if kind is InputKind.GROUP else (),
        )

    def _resolved(self, schema: Mapping[str, Any], depth: int = 0) -> tuple[Mapping[str, Any], bool]:
        """Return *schema* without references and single alternatives, and whether it accepts null."""
        is_nullable = False
        if isinstance(options := schema.get("anyOf"), Sequence):
            others = [each for each in options if each != {"type": "null"}]
            is_nullable = len(others) < len(options)
            if len(others) != 1:
                return {}, is_nullable
            inner = others[0]
        elif isinstance(whole := schema.get("allOf"), Sequence) and len(whole) == 1:
            inner = whole[0]
        elif isinstance(reference := schema.get("$ref"), str):
            inner = self._at(reference)
        else:
            return schema, is_nullable
        if not isinstance(inner, Mapping) or depth > _DEEPEST:
            return {}, is_nullable
        resolved, is_inner_nullable = self._resolved(inner, depth + 1)
        return resolved, is_nullable or is_inner_nullable

    def _at(self, reference: str) -> Any:
        found: Any = self._root
        for part in reference.removeprefix("#/").split("/"):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def _kind(self, schema: Mapping[str, Any], path: tuple[str, ...], *, is_nullable: bool) -> InputKind:
        if _choices(schema):
            return InputKind.CHOICE
        if schema.get("type") == "object":
            is_plain = bool(schema.get("properties")) and not schema.get("additionalProperties")
            return (
                InputKind.GROUP if is_plain and not is_nullable and len(path) < _DEEPEST else InputKind.JSON
            )
        if schema.get("type") == "string":
            is_secret = schema.get("format") == "password" or schema.get("writeOnly") is True
            return InputKind.SECRET if is_secret or is_secret_name(path[-1]) else InputKind.TEXT
        return _KINDS.get(str(schema.get("type")), InputKind.JSON)


_KINDS = {"integer": InputKind.INTEGER, "number": InputKind.NUMBER}


def _choices(schema: Mapping[str, Any]) -> tuple[Json, ...]:
    if "const" in schema:
        return (schema["const"],)
    if isinstance(choices := schema.get("enum"), Sequence):
        return tuple(choices)
    return (True, False) if schema.get("type") == "boolean" else ()


def _position(part: Any) -> int:
    """Return the position of a parameter in the flow's signature; those without one come last."""
    position = part.get("position") if isinstance(part, Mapping) else None
    return position if isinstance(position, int) else 1_000_000
