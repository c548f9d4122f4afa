"""Lifting of concrete values into a template: constant parts stay, others become defaults of variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syntask_yaml.diagnostics import Severity
from syntask_yaml.model.value import Json, read_json

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_REMOVED = object()


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark about the field *key* of a block; a warning means that the field is not carried completely."""

    key: str
    code: str
    detail: str
    hint: str = ""
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Lifted:
    """The lifted parts of a `job_configuration`, *values* of variables by name, and remarks.

    *patched* are environment variables that a patch sets over those of the block; null removes one.
    """

    configuration: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    patched: Mapping[str, str | None] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()


def patched(document: Any, patch: Any, key: str) -> tuple[Any, list[Remark]]:
    """Return *document* after the operations of *patch*, and the errors of those that do not apply.

    Removed values are marked, so that `lift` removes them from a template.
    """
    remarks, after = [], document
    for number, operation in enumerate(_operations(patch), 1):
        try:
            after = _applied(after, operation)
        except ValueError:
            detail = f"Operation {number} of `{key}` does not apply{_name_of(operation)}."
            hint = "Add its effect to the base job template of the pool if it is needed."
            remarks.append(Remark(key, "patch-not-applied", detail, hint))
    return _marked(document, after), remarks


def _applied(document: Any, operation: Any) -> Any:
    """Return a copy of *document* after *operation*. Raises ValueError if it does not apply.

    The library's error is not shown, because it quotes the document.
    """
    from jsonpatch import JsonPatchException, JsonPointerException, apply_patch

    try:
        return apply_patch(document, [operation])
    except (JsonPatchException, JsonPointerException, LookupError, TypeError, AttributeError) as error:
        raise ValueError from error


def _name_of(operation: Any) -> str:
    named = isinstance(operation, Mapping) and {"op", "path"} <= operation.keys()
    return f": `{operation['op']} {operation['path']}`" if named else ""


def _operations(patch: Any) -> list[Any]:
    """Return the operations of a patch, which may be JSON text."""
    if isinstance(patch, str):
        try:
            patch = read_json(patch)
        except ValueError:
            return [patch]
    return patch if isinstance(patch, list) else [patch] if patch else []


def _marked(before: Any, after: Any) -> Any:
    if isinstance(before, dict) and isinstance(after, dict):
        gone = {key: _REMOVED for key in before if key not in after}
        return {key: _marked(before.get(key), value) for key, value in after.items()} | gone
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [_marked(one, other) for one, other in zip(before, after, strict=True)]
    return after


def lift(template: Any, value: Any, found: dict[str, Json]) -> Any:
    """Return *template* merged with *value*: placeholders stay, and their values go to *found*."""
    variable = placeholder(template)
    if variable:
        return template if found.setdefault(variable, value) == value else value
    if isinstance(template, Mapping) and isinstance(value, Mapping):
        keys = (key for key in dict.fromkeys((*template, *value)) if value.get(key) is not _REMOVED)
        return {key: _either(key, template, value, found) for key in keys}
    if isinstance(template, list) and isinstance(value, list) and value:
        paired = [lift(one, other, found) for one, other in zip(template, value, strict=False)]
        return [*paired, *map(settled, value[len(paired) :])]
    return settled(value)


def placeholder(value: Any) -> str:
    """Return the variable of *value* if it is a placeholder and nothing else; otherwise ""."""
    match = _PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else ""


def holds_braces(value: Any) -> bool:
    """Return whether a string in *value* would be read as a placeholder in a template."""
    if isinstance(value, Mapping):
        return any(map(holds_braces, (*value.keys(), *value.values())))
    if isinstance(value, list):
        return any(map(holds_braces, value))
    return isinstance(value, str) and "{{" in value


def _either(key: str, template: Mapping[str, Any], value: Mapping[str, Any], found: dict[str, Json]) -> Any:
    if value.get(key) is None:
        return template.get(key)
    return lift(template[key], value[key], found) if key in template else settled(value[key])


def settled(value: Any) -> Any:
    """Return *value* without removed parts; None if it was removed itself."""
    if isinstance(value, Mapping):
        return {key: settled(item) for key, item in value.items() if item is not _REMOVED}
    if isinstance(value, list):
        return [settled(item) for item in value]
    return None if value is _REMOVED else value
