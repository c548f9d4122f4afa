"""`syntask flow`: the flows of the repository."""

from __future__ import annotations

import click

from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import as_json, document, print_json, print_table
from syntask_yaml.operations.flows import list_flows


@click.group("flow")
def command() -> None:
    """List the flows of the repository."""


@command.command("ls")
@as_json
@pass_context
def ls(context: Context, /, *, output: str) -> None:
    """List the flows below the current directory, as reading their source finds them."""
    flows = list_flows(context.directory)
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
        print_json(document("flow-ls", {"flows": found}))
        return
    rows = [
        (flow.name, flow.entrypoint, ", ".join((flow.parameter_schema or {}).get("properties", {})))
        for flow in flows
    ]
    print_table(("Flow", "Entrypoint", "Parameters"), rows, empty="There are no flows here.")
