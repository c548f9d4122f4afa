"""`syntask flow`: the flows of the repository."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.flows import find_flows


@click.group("flow")
def command() -> None:
    """List the flows of the repository."""


@command.command("ls")
@as_json
@pass_context
def ls(context: Context, /, *, output: str) -> None:
    """List the flows below the current directory, without importing them."""
    flows, skipped = find_flows(context.directory)
    if output == "json":
        found = [
            {
                "name": flow.name,
                "entrypoint": flow.entrypoint,
                "description": flow.description,
                "parameters": flow.parameter_schema,
            }
            for flow in flows
        ]
        left_out = [{"file": each.file, "reason": each.reason} for each in skipped]
        print_json(document("flow-ls", {"flows": found, "skipped": left_out}))
        return
    rows = [(flow.name, flow.entrypoint, _parameters(flow.parameter_schema)) for flow in flows]
    print_table(("Flow", "Entrypoint", "Parameters"), rows, empty="No flows were found here.")
    for each in skipped:
        say(f"note: `{each.file}` was skipped: {each.reason}.")


def _parameters(schema: Mapping[str, Any] | None) -> str:
    """The parameters in the order of the signature, with the defaults of those that have one."""
    if schema is None:
        return "(cannot be determined from the source)"
    properties: Mapping[str, Any] = schema.get("properties") or {}
    ordered = sorted(properties.items(), key=lambda item: item[1].get("position", len(properties)))
    required = schema.get("required") or ()
    return ", ".join(name if name in required else f"{name}={_default(each)}" for name, each in ordered)


def _default(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else "…"
