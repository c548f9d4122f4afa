"""Check a project file with `schemas/syntask.schema.json`.

One validator decides whether a value is valid, in microseconds; another explains the errors, and is used only
for the deployments that failed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from syntask_yaml.assets import asset
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node

_DEPLOYMENT = {"$ref": "#/$defs/deployment"}

# The placeholder for a future step output in resolved values, in which no other text is a template.
PENDING = "{{ \ue000 }}"


@cache
def project_schema() -> dict[str, Any]:
    """Return the JSON Schema of the project file."""
    schema: dict[str, Any] = json.loads(asset("schemas/syntask.schema.json").read_text(encoding="utf-8"))
    return schema


def check_schema(root: Node) -> Iterator[Diagnostic]:
    """Yield all violations of the schema in the tree."""
    if _fits(None, root.value):
        return
    from syntask_yaml.project.agent_files import is_agent_deployment, upgrade_command

    if not isinstance(root.value, dict):
        yield from _why({}, root.value, root)
        return
    if is_agent_deployment(root.value):
        detail = "The file describes a deployment for an agent, as written by `prefect deployment build`."
        hint = f"`{upgrade_command(root.source.name)}` shows how to convert it."
        yield root.problem("agent-deployment", detail, hint)
        return
    deployments = root.get("deployments")
    items = deployments.value if deployments else None
    shell = {**root.value, "deployments": []} if isinstance(items, list) else root.value
    if not _fits(None, shell):
        yield from _why({}, shell, root)
    if deployments is not None and isinstance(items, list):
        for node in deployments.children():
            if not _fits("deployment", node.value):
                yield from _why(_DEPLOYMENT, node.value, node)


def check_resolved(node: Node, value: Any, definition: str = "deployment") -> Iterator[Diagnostic]:
    """Yield all violations of the schema in *value*, the resolved deployment at *node*.

    *definition* may be another definition of the schema.
    """
    if not _fits(definition, value, is_resolved=True):
        yield from _why({"$ref": f"#/$defs/{definition}"}, value, node, is_resolved=True)


@cache
def _definitions(*, is_resolved: bool) -> dict[str, Any]:
    definitions: dict[str, Any] = project_schema()["$defs"]
    return {**definitions, "template": {"const": PENDING}} if is_resolved else definitions


@cache
def _validator(definition: str | None, *, is_resolved: bool) -> Any:
    from jsonschema_rs import Draft202012Validator

    if definition is None:
        return Draft202012Validator(project_schema())
    definitions = _definitions(is_resolved=is_resolved)
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": definitions})


def _fits(definition: str | None, value: Any, *, is_resolved: bool = False) -> bool:
    try:
        return bool(_validator(definition, is_resolved=is_resolved).is_valid(value))
    except ValueError:  # a value that is not JSON
        return False


@cache
def _explainer(*, is_resolved: bool) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator({**project_schema(), "$defs": _definitions(is_resolved=is_resolved)})


def _why(
    schema: dict[str, Any], value: Any, node: Node, *, is_resolved: bool = False
) -> Iterator[Diagnostic]:
    from syntask_yaml.project.explain import schema_diagnostics

    explainer = _explainer(is_resolved=is_resolved)
    errors = explainer.descend(value, schema) if schema else explainer.iter_errors(value)
    for error in errors:
        yield from schema_diagnostics(error, node)
