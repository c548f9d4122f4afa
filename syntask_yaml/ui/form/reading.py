"""Read the values of a submitted form, and report what is wrong with them.

Unchanged fields are not submitted: the run uses the deployment's value or the flow's default at its start,
and an existing secret is kept without being displayed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syntask_yaml.model.value import Json, read_json
from syntask_yaml.ui.form.field import NO_VALUE, FormField, InputKind, NoValue


@dataclass(frozen=True, slots=True)
class Entries:
    """The submitted *values*, and error sentences by the name of the field."""

    values: Mapping[str, Json] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def read_entries(fields: Iterable[FormField], typed: Mapping[str, str]) -> Entries:
    """Convert the *typed* texts, by the names of inputs, to the values of *fields*."""
    errors: dict[str, str] = {}
    values = {
        each.path[-1]: value for each in fields if (value := _entered(each, typed, errors)) is not NO_VALUE
    }
    return Entries(values, errors)


def shown_text(field: FormField) -> str:
    """Return the initial text of the input of *field*. A secret is never shown."""
    if field.shown is NO_VALUE or field.kind is InputKind.SECRET:
        return ""
    if isinstance(field.shown, str) and field.kind is not InputKind.JSON and not field.choices:
        return field.shown
    if field.shown is None and field.kind is not InputKind.CHOICE:
        return ""
    return json.dumps(field.shown, ensure_ascii=False, indent=2 if field.kind is InputKind.JSON else None)


def _entered(field: FormField, typed: Mapping[str, str], errors: dict[str, str]) -> Json | NoValue:
    if field.kind is InputKind.GROUP:
        return _entered_group(field, typed, errors)
    # Browsers submit line breaks as two characters.
    shown = shown_text(field).replace("\r\n", "\n")
    text = typed.get(field.name, shown).replace("\r\n", "\n")
    if text == shown:
        if field.is_required and field.shown is NO_VALUE:
            errors[field.name] = "Enter a value."
        return NO_VALUE
    if not text.strip() and field.kind is not InputKind.TEXT:
        return _emptied(field, errors)
    try:
        value: Json = _READERS[field.kind](text)
    except (ValueError, RecursionError):
        errors[field.name] = _WANTED[field.kind]
        return NO_VALUE
    return value


def _emptied(field: FormField, errors: dict[str, str]) -> Json | NoValue:
    if field.is_nullable:
        return None
    errors[field.name] = _WANTED[field.kind]
    return NO_VALUE


def _entered_group(field: FormField, typed: Mapping[str, str], errors: dict[str, str]) -> Json | NoValue:
    """Return the complete object of a group if one of its parts was changed."""
    inner: dict[str, str] = {}
    values = {
        each.path[-1]: value
        for each in field.fields
        if (value := _entered(each, typed, inner)) is not NO_VALUE
    }
    if not values and field.shown is NO_VALUE and not field.is_required:
        return NO_VALUE  # nothing in it was changed, and nothing in it is required
    errors.update(inner)
    if not values:
        return NO_VALUE
    return {**(field.shown if isinstance(field.shown, Mapping) else {}), **values}


def _number(text: str) -> float:
    value = float(text.strip())
    if value - value:  # infinite or NaN
        raise ValueError(text)
    return value


_READERS: Mapping[InputKind, Callable[[str], Any]] = {
    InputKind.TEXT: str,
    InputKind.SECRET: str,
    InputKind.INTEGER: int,
    InputKind.NUMBER: _number,
    InputKind.CHOICE: read_json,
    InputKind.JSON: read_json,
}
_WANTED: Mapping[InputKind, str] = {
    InputKind.TEXT: "Enter a text.",
    InputKind.SECRET: "Enter a text.",
    InputKind.INTEGER: "Enter a whole number.",
    InputKind.NUMBER: "Enter a number.",
    InputKind.CHOICE: "Choose one of the values.",
    InputKind.JSON: 'Enter a JSON value, such as `[1, 2]` or `{"key": "value"}`.',
}
