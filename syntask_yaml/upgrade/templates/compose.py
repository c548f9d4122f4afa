"""Composition of a base job template from the default of its type, lifted parts and variable defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask_yaml.model.value import Json
from syntask_yaml.upgrade.templates.defaults import Template

_TEXT_OR_NULL = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def compose(base: Template, configuration: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Json]:
    """Return *base* with the parts of *configuration*, and *values* as defaults of its variables.

    Null values in `env` remove a variable. Variables that *base* lacks are added.
    """
    variables: Mapping[str, Any] = base.get("variables") or {}
    known: Mapping[str, Any] = variables.get("properties") or {}
    properties = {
        **known,
        **{name: _with_default(known.get(name, {}), value) for name, value in values.items()},
    }
    if "env" in properties:
        properties["env"] = {**properties["env"], "additionalProperties": _TEXT_OR_NULL}
    added = {name: f"{{{{ {name} }}}}" for name in values if name not in known}
    required = [name for name in variables.get("required") or () if name not in values]
    return {
        **base,
        "job_configuration": {**(base.get("job_configuration") or {}), **added, **configuration},
        "variables": {
            **{key: item for key, item in variables.items() if key != "required"},
            **({"required": required} if required else {}),
            "properties": properties,
        },
    }


def _with_default(schema: Mapping[str, Any], value: Any) -> dict[str, Any]:
    return {**schema, "default": _fitted(schema, value)}


def _fitted(schema: Mapping[str, Any], value: Any) -> Any:
    """Return *value* in the variable's type; AWS and Kubernetes accept numbers as strings and vice versa."""
    kind = schema.get("type")
    if kind == "string" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if kind == "integer" and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value
