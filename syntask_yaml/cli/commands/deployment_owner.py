"""`syntask deployment adopt` and `release`: which project owns a deployment."""

from __future__ import annotations

import click

from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.deployment_choice import all_matching_option, confirm, with_filters
from syntask_yaml.cli.views.output import say
from syntask_yaml.cli.views.progress import CountProgress
from syntask_yaml.errors import UsageError
from syntask_yaml.operations import ownership
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.deployments import deployments_to_change
from syntask_yaml.operations.project import open_project
from syntask_yaml.project.filters import Filters
from syntask_yaml.project.flows import FlowReader


@click.command("adopt")
@with_filters
@click.option("--from", "owner", metavar="PROJECT", help="The project that owns them now, if there is one.")
@all_matching_option
@pass_context
def adopt(context: Context, /, *, filters: Filters, owner: str | None, all_matching: bool) -> None:
    """Make deployments belong to the project of the current directory.

    Their ids, paused states and runs are kept. The next `--prune` of the project deletes those that it does
    not declare.
    """
    _check_given(filters)
    project = open_project(context.location())
    with context.backend(creates=False, project=project) as backend:
        meant = deployments_to_change(backend, filters)
        if meant.globs and not all_matching:
            confirm(context, "Adopt", meant, option="--all-matching")
        deploy_context = DeployContext(project, backend, FlowReader(project.root), context.environ)
        progress = CountProgress(verbosity=context.verbosity)
        ownership.adopt(deploy_context, meant.stored, owner=owner, notify=progress)
    for each in meant.stored:
        say(f"`{each.deployment.full_name}` belongs to `{deploy_context.owner.project}`.")


@click.command("release")
@with_filters
@all_matching_option
@pass_context
def release(context: Context, /, *, filters: Filters, all_matching: bool) -> None:
    """Remove the owner of deployments, so that no `--prune` deletes them."""
    _check_given(filters)
    with context.backend(creates=False) as backend:
        meant = deployments_to_change(backend, filters)
        if meant.globs and not all_matching:
            confirm(context, "Release", meant, option="--all-matching")
        ownership.release(backend, meant.stored, notify=CountProgress(verbosity=context.verbosity))
    for each in meant.stored:
        say(f"`{each.deployment.full_name}` belongs to no project.")


def _check_given(filters: Filters) -> None:
    if not filters.names and not filters.select:
        raise UsageError("No deployment is named.", hint="Pass names, globs or `--select`.")
