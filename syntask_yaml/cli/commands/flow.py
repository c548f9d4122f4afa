"""`syntask flow`: the flows of the repository."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from syntask_yaml.backend.activity import activity_by, flow_of
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views import activity
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say
from syntask_yaml.model.activity import Activity
from syntask_yaml.operations.documents import activity_document, document
from syntask_yaml.operations.flows import find_flows


@click.group("flow")
def command() -> None:
    """List the flows of the repository."""


@command.command("ls")
@click.option(
    "--runs",
    "with_runs",
    is_flag=True,
    help="Also show the last and next run of the deployments of each flow.",
)
@as_json
@pass_context
def ls(context: Context, /, *, with_runs: bool, output: str) -> None:
    """List the flows below the current directory, without importing them.

    Reads only files. With --runs, also asks the backend when deployments of each flow ran last and will run
    next.
    """
    flows, skipped = find_flows(context.directory)
    active = _activity(context) if with_runs else {}
    if output == "json":
        found = [
            {
                "name": flow.name,
                "entrypoint": flow.entrypoint,
                "description": flow.description,
                "parameters": flow.parameter_schema,
                **(activity_document(active.get(flow.name, Activity())) if with_runs else {}),
            }
            for flow in flows
        ]
        left_out = [{"file": each.file, "reason": each.reason} for each in skipped]
        print_json(document("flow-ls", {"flows": found, "skipped": left_out}))
        return
    rows = [
        (
            *(flow.name, flow.entrypoint, _parameters(flow.parameter_schema)),
            *(activity.cells(active.get(flow.name, Activity())) if with_runs else ()),
        )
        for flow in flows
    ]
    columns = ("Flow", "Entrypoint", "Parameters", *(activity.COLUMNS if with_runs else ()))
    print_table(columns, rows, empty="No flows were found here.")
    for each in skipped:
        say(f"note: `{each.file}` was skipped: {each.reason}.")


def _activity(context: Context) -> Mapping[str, Activity]:
    with context.backend(creates=False) as backend:
        return activity_by(flow_of, backend, utc_now())


def _parameters(schema: Mapping[str, Any] | None) -> str:
    """Return the parameters in the order of the signature, with their defaults."""
    if schema is None:
        return "(cannot be determined from the source)"
    properties: Mapping[str, Any] = schema.get("properties") or {}
    ordered = sorted(properties.items(), key=lambda item: item[1].get("position", len(properties)))
    required = schema.get("required") or ()
    return ", ".join(name if name in required else f"{name}={_default(each)}" for name, each in ordered)


def _default(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else "…"
