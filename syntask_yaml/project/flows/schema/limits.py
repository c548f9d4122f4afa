"""The limits of a type, in the terms of JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from syntask_yaml.project.flows.schema.shape import (
    Array,
    Described,
    Fixed,
    Limits,
    Nullable,
    Row,
    Shape,
    Table,
)
from syntask_yaml.project.flows.source.symbol import Unknowable

RANGE: Mapping[str, str] = {
    "multiple_of": "multipleOf",
    "le": "maximum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "gt": "exclusiveMinimum",
}
LENGTH: Mapping[str, str] = {"min_length": "minLength", "max_length": "maxLength"}

# The limits that a family understands, and the words for them; "" for those that no schema tells.
FAMILIES: Mapping[str, Mapping[str, str]] = {
    "boolean": {"strict": ""},
    "bytes": {**LENGTH, "strict": ""},
    "decimal": {**RANGE, "strict": "", "allow_inf_nan": "", "max_digits": "", "decimal_places": ""},
    "integer": {**RANGE, "strict": ""},
    "number": {**RANGE, "strict": "", "allow_inf_nan": ""},
    "path": LENGTH,
    "secret": LENGTH,
    "string": {**LENGTH, "pattern": "pattern", "strict": ""},
    "temporal": {**dict.fromkeys(RANGE, ""), "strict": ""},
    "url": {"max_length": "maxLength"},
    "uuid": {"strict": ""},
}
ITEMS: Mapping[str, str] = {"min_length": "minItems", "max_length": "maxItems"}
PROPERTIES: Mapping[str, str] = {"min_length": "minProperties", "max_length": "maxProperties"}

# Which Python types a limit has; anything else pydantic refuses.
_KINDS: Mapping[str, tuple[type, ...]] = {"min_length": (int,), "max_length": (int,), "pattern": (str,)}


def limited(shape: Shape, limits: Limits) -> Shape:
    """*shape* within *limits*; raises `Unknowable` where it does not understand one of them."""
    if not limits:
        return shape
    match shape:
        case Nullable(inner=inner):
            return Nullable(limited(inner, limits))
        case Described(inner=inner):
            return replace(shape, inner=limited(inner, limits))
        case Fixed(family="decimal", schema=schema):
            number, text = schema["anyOf"]
            terms = _terms(limits, FAMILIES["decimal"], float)
            return replace(shape, schema={"anyOf": [{**number, **terms}, text]})
        case Fixed(family=family, schema=schema) if family in FAMILIES:
            return replace(shape, schema={**schema, **_terms(limits, FAMILIES[family], _exact(family))})
        case Array() | Row():
            return replace(shape, limits={**shape.limits, **_terms(limits, ITEMS)})
        case Table():
            return replace(shape, limits={**shape.limits, **_terms(limits, PROPERTIES)})
    raise Unknowable(f"a type is limited by `{min(limits)}` in a way that is not known from the source")


def _terms(
    limits: Limits, words: Mapping[str, str], number: Callable[[Any], Any] = lambda value: value
) -> Limits:
    if unknown := limits.keys() - words.keys():
        raise Unknowable(f"a type is limited by `{min(unknown)}`, which it does not understand")
    return {words[name]: _term(name, value, number) for name, value in limits.items() if words[name]}


def _term(name: str, value: Any, number: Callable[[Any], Any]) -> Any:
    kinds = _KINDS.get(name)
    if kinds is None:
        return number(value)
    if type(value) in kinds:
        return value
    raise Unknowable(f"the value of `{name}` is not one that a type understands")


def _exact(family: str) -> Callable[[Any], Any]:
    kinds: tuple[type, ...] = (int,) if family == "integer" else (int, float)

    def check(value: Any) -> Any:
        if type(value) not in kinds or value in (float("inf"), float("-inf")):
            raise Unknowable(f"{value!r} does not limit a number")
        return value

    return check
