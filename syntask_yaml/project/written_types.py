"""Hints for values of the wrong type that look like the right type: `"3"` for 3, and 3 for `"3"`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syntask_yaml.model.value import Value, read_json

_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_BOUNDS = ("{", "[")


def hint_of_type(value: Value, schema: Any) -> str:
    """Return how to write *value* as a type of the JSON *schema*; empty if unknown."""
    types = _types(schema)
    if isinstance(value, str) and "string" not in types:
        return _hint_of_text(value, types)
    takes_only_text = "string" in types and not {"number", "integer", "boolean"}.intersection(types)
    return "Quote it." if takes_only_text and isinstance(value, (int, float)) else ""


def _types(schema: Any) -> Sequence[str]:
    if not isinstance(schema, Mapping):
        return ()
    choices = (schema, *(schema.get("anyOf") or ()))
    named: list[Any] = [each.get("type") for each in choices if isinstance(each, Mapping)]
    return [name for each in named for name in (each if isinstance(each, list) else [each])]


def _hint_of_text(text: str, types: Sequence[str]) -> str:
    if "boolean" in types and text.lower() in _BOOLEANS:
        return f"Write `{str(_BOOLEANS[text.lower()]).lower()}`, without quotes."
    try:
        meant = read_json(text)
    except ValueError:
        is_begun = text.startswith(_BOUNDS) and not {"object", "array"}.isdisjoint(types)
        return "It is text, because it is not valid JSON." if is_begun else ""
    if type(meant) in (int, float) and not {"number", "integer"}.isdisjoint(types):
        return _hint_of_number(meant, types)
    is_meant = (isinstance(meant, dict) and "object" in types) or (
        isinstance(meant, list) and "array" in types
    )
    return "Remove its quotes." if is_meant else ""


def _hint_of_number(number: float, types: Sequence[str]) -> str:
    if "number" not in types and not isinstance(number, int):
        return ""
    return (
        "Remove its quotes. If it comes from a template, end that with "
        f"`| {'float' if 'number' in types else 'int'}`."
    )
