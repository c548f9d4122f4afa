"""The template of a work pool: what jobs look like, and the schema of the variables that they are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from syntask_yaml.model.value import Json

PLACEHOLDER = re.compile(r"\{\{\s*([\w.\-\[\]$]+)\s*\}\}")


def template_problem(template: Any) -> str | None:
    """Return why *template* is no job template; None if it is one, complete or not."""
    if not isinstance(template, Mapping):
        return "it does not contain a mapping"
    if not isinstance(template.get("job_configuration") or {}, Mapping):
        return "its `job_configuration` is not a mapping"
    variables = template.get("variables") or {}
    properties = (variables.get("properties") or {}) if isinstance(variables, Mapping) else None
    if not isinstance(properties, Mapping) or not all(map(_is_schema, properties.values())):
        return "its `variables` is not a JSON Schema of job variables"
    return None


def _is_schema(value: Any) -> bool:
    return isinstance(value, Mapping)


def undeclared_names(template: Mapping[str, Json]) -> frozenset[str]:
    """Return the names that the jobs of a pool's *template* refer to, and that its variables do not declare.

    As a Prefect server counts them, which refuses such a template (`prefect.server.schemas.actions`, 3.8.8):
    keys have names, too, and `a.b`, `$HOME` and blocks are names like others.
    """
    jobs: Any = template.get("job_configuration") or {}
    variables: Any = template.get("variables") or {}
    names = frozenset(
        found for value in jobs.values() for found in PLACEHOLDER.findall(json.dumps(value, default=str))
    )
    return names - frozenset(variables.get("properties") or {})
