"""`syntask explain`: where a value comes from, and what a message means."""

from __future__ import annotations

from collections.abc import Iterable

import click

from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import as_json, print_json
from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.messages import MESSAGES
from syntask_yaml.model.value import json_text
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.explain import ExplainedValue, explain
from syntask_yaml.operations.project import open_project
from syntask_yaml.project.flows import FlowReader


@click.command("explain")
@click.argument("what", metavar="DEPLOYMENT[.PATH]|CODE")
@as_json
@pass_context
def command(context: Context, /, *, what: str, output: str) -> None:
    """Show where the values of a deployment come from, or explain a message.

    \b
    syntask explain report/berlin                     every value, and where it is written
    syntask explain report/berlin.work_pool.name      what the value replaced, layer by layer
    syntask explain unset-name                        the meaning of a message
    """
    if what in MESSAGES:
        message = MESSAGES[what]
        if output == "json":
            print_json(
                document("explain", {"code": what, "summary": message.summary, "about": message.about})
            )
        else:
            click.echo(f"{message.summary} [{what}]\n  {message.about}")
        return
    project = open_project(context.location())
    name, found = explain(project, what, FlowReader(project.root))
    if output == "json":
        values = [
            {
                "path": list(each.path),
                "origins": [
                    {"value": origin.value, "place": origin.place, "layer": origin.layer or "entry"}
                    for origin in each.chain
                ],
            }
            for each in found
        ]
        print_json(document("explain", {"deployment": name, "values": values}))
    else:
        _show(found)


def _show(found: Iterable[ExplainedValue]) -> None:
    for each in found:
        first, *others = each.chain
        click.echo(escaped(f"{_dotted(each.path)}: {_shown(first.value)}"))
        click.echo(escaped(f"    {first.place}  {first.layer or 'its entry'}"))
        for origin in others:
            what = "removed" if origin.value is None else _shown(origin.value)
            click.echo(escaped(f"    replaced {what}  {origin.place}  {origin.layer or 'its entry'}"))


def _shown(value: object) -> str:
    return json_text(value) or str(value)


def _dotted(path: TreePath) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).lstrip(".") or "."
