"""Detect JSON Schemas that refer back to themselves for the same value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_LISTS = ("allOf", "anyOf", "oneOf")
_PARTS = ("not", "if", "then", "else")


def refers_to_itself(schema: Mapping[str, Any]) -> bool:
    """Return whether a part of *schema* refers back to itself for the same value.

    A recursive model does not: it refers to itself for nested, smaller values.
    """
    seen: dict[str, bool] = {}  # whether all references of each were visited
    return any(_leads_back(name, schema, seen) for name in _references(schema))


def _leads_back(name: str, schema: Mapping[str, Any], seen: dict[str, bool]) -> bool:
    if name in seen:
        return not seen[name]
    seen[name] = False
    found = any(_leads_back(each, schema, seen) for each in _in_place(_at(schema, name)))
    seen[name] = True
    return found


def _references(part: Any) -> Iterator[str]:
    """Yield all references in *part*."""
    if isinstance(part, Mapping):
        if isinstance(name := part.get("$ref"), str):
            yield name
        for each in part.values():
            yield from _references(each)
    elif isinstance(part, list):
        for each in part:
            yield from _references(each)


def _in_place(part: Any) -> Iterator[str]:
    """Yield the references in *part* for the same value."""
    if not isinstance(part, Mapping):
        return
    if isinstance(name := part.get("$ref"), str):
        yield name
    several = [part.get(key) for key in _LISTS]
    inner = [each for listed in several if isinstance(listed, list) for each in listed]
    for each in (*inner, *(part.get(key) for key in _PARTS)):
        yield from _in_place(each)


def _at(schema: Any, reference: str) -> Any:
    """Return the target of a *reference* such as `#/definitions/Model`; None if there is none."""
    part = schema
    for step in reference.removeprefix("#").split("/")[1:]:
        part = part.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(part, Mapping) else None
    return part
