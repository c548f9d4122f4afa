"""The base job template of a work pool, and the schema of its variables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from syntask_yaml.model.value import Json

PLACEHOLDER = re.compile(r"\{\{\s*([\w.\-\[\]$]+)\s*\}\}")


def template_problem(template: Any) -> str | None:
    """Return why *template* is not a job template; None if it is one, even if incomplete."""
    if not isinstance(template, Mapping):
        return "it does not contain a mapping"
    if not isinstance(_part(template, "job_configuration"), Mapping):
        return "its `job_configuration` is not a mapping"
    variables = _part(template, "variables")
    properties = _part(variables, "properties") if isinstance(variables, Mapping) else None
    if not isinstance(properties, Mapping) or not all(map(_is_schema, properties.values())):
        return "its `variables` is not a JSON Schema of job variables"
    return None


def _part(whole: Mapping[str, Any], key: str) -> Any:
    """Return the mapping at *key* of *whole*, empty if it is null or absent."""
    found = whole.get(key)
    return {} if found is None else found


def _is_schema(value: Any) -> bool:
    return isinstance(value, Mapping)


def undeclared_names(template: Mapping[str, Json]) -> frozenset[str]:
    """Return the undeclared variables that the job configuration of *template* refers to.

    A Prefect server refuses such a template (`prefect.server.schemas.actions`, 3.8.8). As it does, this
    includes names in keys, and counts `a.b`, `$HOME` and blocks as names.
    """
    jobs: Any = template.get("job_configuration") or {}
    variables: Any = template.get("variables") or {}
    names = frozenset(
        found for value in jobs.values() for found in PLACEHOLDER.findall(json.dumps(value, default=str))
    )
    return names - frozenset(variables.get("properties") or {})
