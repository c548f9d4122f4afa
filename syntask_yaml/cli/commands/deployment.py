"""`syntask deployment`: what is deployed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click

from syntask_yaml.cli.commands import (
    deployment_add,
    deployment_export,
    deployment_owner,
    deployment_run,
    deployment_set,
)
from syntask_yaml.cli.completion import complete_deployment
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.deployment_choice import (
    all_matching_option,
    all_option,
    check_given,
    confirm,
    names_argument,
    with_filters,
)
from syntask_yaml.cli.views import activity, diagnostics
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say
from syntask_yaml.cli.views.progress import CountProgress
from syntask_yaml.model.activity import Activity
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.identity import schedule_keys
from syntask_yaml.model.next_time import next_time
from syntask_yaml.model.run import Run
from syntask_yaml.operations import deployments as operations
from syntask_yaml.operations.deployment_documents import listed_document
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.history import last_deploys
from syntask_yaml.operations.renames import half_renamed
from syntask_yaml.project.filters import Filters

_LAST_DEPLOYS = 3


@click.group("deployment")
def command() -> None:
    """Manage deployments.

    Refer to a deployment as FLOW/NAME, or as NAME if it is unique. Commands for several deployments
    accept globs; pause, resume and delete ask for confirmation before they act on matches.
    """


command.add_command(deployment_add.command)
command.add_command(deployment_owner.adopt)
command.add_command(deployment_owner.release)
command.add_command(deployment_export.command)
command.add_command(deployment_run.command)
command.add_command(deployment_set.command)


@command.command("ls")
@with_filters
@as_json
@pass_context
def ls(context: Context, /, *, filters: Filters, output: str) -> None:
    """List all deployments, or those that are selected."""
    with context.backend(creates=False) as backend:
        stored = operations.find_deployments(backend, filters)
        last = backend.last_runs(stored)
    now = datetime.now(UTC)
    if output == "json":
        documents = [listed_document(each, last.get(each.id), now) for each in stored]
        print_json(document("deployment-ls", {"deployments": documents}))
        return
    rows = [_row(each, last.get(each.id), now) for each in stored]
    print_table(_COLUMNS, rows, empty="There are no deployments.")
    diagnostics.show(half_renamed(stored))


_COLUMNS = (
    "Deployment",
    "Work pool",
    "Schedules",
    "Paused",
    "Project",
    *activity.COLUMNS,
)


def _row(stored: Stored, last: Run | None, now: datetime) -> tuple[str, ...]:
    deployment = stored.deployment
    schedules: Any = deployment.schedules or ()
    named = zip(schedule_keys(schedules), schedules, strict=True)
    keys = ", ".join(
        f"{key} (stopped: see `inspect`)" if each.problem else key
        for key, each in named
        if each.active is not False
    )
    paused = "by a rename" if deployment.is_half_renamed else "yes" if deployment.paused else ""
    pool, project = str(deployment.work_pool or ""), deployment.project or ""
    shown = activity.cells(Activity(last, next_time(deployment, now)))
    return (deployment.full_name, pool, keys, paused, project, *shown)


@command.command("inspect")
@click.argument("name", shell_complete=complete_deployment)
@as_json
@pass_context
def inspect(context: Context, /, *, name: str, output: str) -> None:
    """Show all details of a deployment."""
    with context.backend(creates=False) as backend:
        stored = operations.find_deployment(backend, name)
        last = backend.last_runs([stored])
        deploys = last_deploys(backend, stored, limit=_LAST_DEPLOYS)
    fields = {**listed_document(stored, last.get(stored.id), datetime.now(UTC)), "deploys": deploys}
    if output == "json":
        print_json(document("deployment", fields))
        return
    for key, value in fields.items():
        shown = (
            value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)
        )
        click.echo(escaped(f"{key}: {'' if value is None else shown}"))


@command.command("pause")
@with_filters
@all_option
@all_matching_option
@pass_context
def pause(context: Context, /, *, filters: Filters, is_all: bool, all_matching: bool) -> None:
    """Pause the schedules of deployments."""
    _set_paused(context, filters, is_all=is_all, all_matching=all_matching, paused=True)


@command.command("resume")
@with_filters
@all_option
@all_matching_option
@pass_context
def resume(context: Context, /, *, filters: Filters, is_all: bool, all_matching: bool) -> None:
    """Resume the schedules of deployments."""
    _set_paused(context, filters, is_all=is_all, all_matching=all_matching, paused=False)


def _set_paused(
    context: Context, filters: Filters, *, is_all: bool, all_matching: bool, paused: bool
) -> None:
    check_given(filters, is_all=is_all)
    verb = "Pause" if paused else "Resume"
    with context.backend(creates=False) as backend:
        meant = operations.deployments_to_change(backend, filters)
        if meant.globs and not all_matching:
            confirm(context, verb, meant, option="--all-matching")
        progress = CountProgress(verbosity=context.verbosity)
        operations.set_paused(backend, meant.stored, paused=paused, notify=progress)
    for each in meant.stored:
        say(f"{verb}d `{each.deployment.full_name}`.")


@command.command("delete")
@names_argument
@all_option
@all_matching_option
@click.option("-y", "--yes", is_flag=True, help="Skip the confirmation. Globs also need --all-matching.")
@click.option("--force", is_flag=True, help="Also delete protected deployments.")
@pass_context
def delete(
    context: Context, /, *, names: tuple[str, ...], is_all: bool, all_matching: bool, yes: bool, force: bool
) -> None:
    """Delete deployments. Their past runs are kept."""
    filters = Filters(names=names)
    check_given(filters, is_all=is_all)
    with context.backend(creates=False) as backend:
        meant = operations.deployments_to_change(backend, filters)
        if not force:
            operations.check_unprotected(meant.stored)
        if not (all_matching or (yes and not meant.globs)):
            confirm(context, "Delete", meant, option="--all-matching" if meant.globs else "--yes")
        operations.delete(backend, meant.stored, notify=CountProgress(verbosity=context.verbosity))
    for each in meant.stored:
        say(f"Deleted `{each.deployment.full_name}`.")
