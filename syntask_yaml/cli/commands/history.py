"""`syntask history`: what was deployed when, by whom and from which commit."""

from __future__ import annotations

import click

from syntask_yaml.cli.completion import complete_deployment
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views import history as view
from syntask_yaml.cli.views.output import as_json, print_json
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.history import read_history, record_document
from syntask_yaml.operations.project import open_project
from syntask_yaml.project.flows import FlowReader


@click.command("history")
@click.argument("names", nargs=-1, shell_complete=complete_deployment)
@click.option("--all", "is_all", is_flag=True, help="Show the deploys of all projects and targets.")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="Show the last N deploys.",
)
@as_json
@pass_context
def command(context: Context, /, *, names: tuple[str, ...], is_all: bool, limit: int, output: str) -> None:
    """Show what was deployed, when, by whom, from which commit, and the results.

    Lists the last deploys of the project in its target, newest first. With NAMES, which may be globs, lists
    only deploys that wrote such a deployment. A deploy that changed nothing is not listed. If the target has
    a `name_prefix` with a template, only the deploys of the current preview are listed, or with NAMES those
    of all previews.
    """
    project = None if is_all else open_project(context.location())
    with context.backend(creates=False, project=project) as backend:
        owner = None
        if project is not None and not names:
            reader = FlowReader(project.root)
            owner = DeployContext(project, backend, reader, context.environ).owner.project
        title = project.title if project else None
        records = read_history(backend, title, owner=owner, names=names, limit=limit)
    if output == "json":
        print_json(document("history", {"deploys": [record_document(each) for each in records]}))
    else:
        view.show(records, names=names, is_of_all=is_all)
