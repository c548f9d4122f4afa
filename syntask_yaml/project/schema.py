"""The shape of a project file, as `schemas/syntask.schema.json` says it.

One validator says whether, in microseconds; the other one says why, and is asked only about the
deployments that failed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from syntask_yaml.assets import asset
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.project.explain import explain

_DEPLOYMENT = {"$ref": "#/$defs/deployment"}


@cache
def project_schema() -> dict[str, Any]:
    """The JSON Schema of the project file."""
    schema: dict[str, Any] = json.loads(asset("schemas/syntask.schema.json").read_text(encoding="utf-8"))
    return schema


def check_schema(root: Node) -> Iterator[Diagnostic]:
    """Everything about the tree that the schema does not allow."""
    if _fits(None, root.value):
        return
    if not isinstance(root.value, dict):
        yield from _why({}, root.value, root)
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


def check_deployment(node: Node, value: Any) -> Iterator[Diagnostic]:
    """The same for one deployment at *node*, with *value* in the place of what was written there."""
    if not _fits("deployment", value):
        yield from _why(_DEPLOYMENT, value, node)


@cache
def _validator(definition: str | None) -> Any:
    from jsonschema_rs import Draft202012Validator

    schema = project_schema()
    if definition is not None:
        schema = {"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]}
    return Draft202012Validator(schema)


def _fits(definition: str | None, value: Any) -> bool:
    try:
        return bool(_validator(definition).is_valid(value))
    except ValueError:  # a value that JSON does not have
        return False


@cache
def _explainer() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(project_schema())


def _why(schema: dict[str, Any], value: Any, node: Node) -> Iterator[Diagnostic]:
    explainer = _explainer()
    errors = explainer.descend(value, schema) if schema else explainer.iter_errors(value)
    for error in errors:
        yield from explain(error, node)
