"""Parameters given as text on the command line, which may look like another type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask_yaml.model.value import Json

_KINDS: Mapping[type, frozenset[str]] = {
    bool: frozenset({"boolean"}),
    int: frozenset({"integer", "number"}),
    float: frozenset({"number"}),
    type(None): frozenset({"null"}),
    list: frozenset({"array"}),
    dict: frozenset({"object"}),
}


def with_texts(parameters: Mapping[str, Json], texts: Mapping[str, str], schema: Json) -> dict[str, Json]:
    """Return *parameters*, with the original *texts* where the *schema* accepts only a text.

    The short name of a commit, `1234567` or `1234e56`, is a number in JSON.
    """
    properties: Any = schema.get("properties") if isinstance(schema, Mapping) else None
    return {
        name: texts[name] if name in texts and _is_only_text(value, (properties or {}).get(name)) else value
        for name, value in parameters.items()
    }


def _is_only_text(value: Json, schema: Any) -> bool:
    kinds = _kinds(schema)
    return "string" in kinds and not isinstance(value, str) and not _KINDS.get(type(value), kinds) & kinds


def _kinds(schema: Any) -> frozenset[str]:
    """Return the types that *schema* names, itself or in its choices; empty if it may accept others."""
    if not isinstance(schema, Mapping):
        return frozenset()
    choices = [each for key in ("anyOf", "oneOf") for each in schema.get(key) or ()]
    found = [_kinds(each) for each in choices]
    if not all(found):
        return frozenset()
    return frozenset({schema["type"]} if isinstance(schema.get("type"), str) else ()).union(*found)
