"""`syntask deployment`: what is deployed."""

from __future__ import annotations

import json
from typing import Any

import click

from syntask_yaml.backend.base import Backend
from syntask_yaml.cli.commands import deployment_add, deployment_export, deployment_run, deployment_set
from syntask_yaml.cli.completion import complete_deployment
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say
from syntask_yaml.errors import UsageError
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.identity import schedule_keys
from syntask_yaml.operations import deployments as operations
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.render import stored_document

_names = click.argument("names", nargs=-1, shell_complete=complete_deployment)


@click.group("deployment")
def command() -> None:
    """Manage deployments.

    Refer to a deployment as FLOW/NAME, or as NAME if it is unique. Commands for several deployments
    accept globs; pause, resume and delete ask for confirmation before they act on matches.
    """


command.add_command(deployment_add.command)
command.add_command(deployment_export.command)
command.add_command(deployment_run.command)
command.add_command(deployment_set.command)


@command.command("ls")
@_names
@as_json
@pass_context
def ls(context: Context, /, *, names: tuple[str, ...], output: str) -> None:
    """List all deployments, or those that match NAMES."""
    with context.backend(is_read_only=True) as backend:
        stored = operations.find_deployments(backend, names)
    if output == "json":
        print_json(document("deployment-ls", {"deployments": [stored_document(each) for each in stored]}))
        return
    rows = [_row(each) for each in stored]
    print_table(
        ("Deployment", "Work pool", "Schedules", "Paused", "Project"), rows, empty="There are no deployments."
    )


def _row(stored: Stored) -> tuple[str, ...]:
    deployment = stored.deployment
    schedules: Any = deployment.schedules or ()
    named = zip(schedule_keys(schedules), schedules, strict=True)
    keys = ", ".join(
        f"{key} (stopped: see `inspect`)" if each.problem else key
        for key, each in named
        if each.active is not False
    )
    paused = "yes" if deployment.paused else ""
    return (deployment.full_name, str(deployment.work_pool or ""), keys, paused, deployment.project or "")


@command.command("inspect")
@click.argument("name", shell_complete=complete_deployment)
@as_json
@pass_context
def inspect(context: Context, /, *, name: str, output: str) -> None:
    """Show all details of a deployment."""
    with context.backend(is_read_only=True) as backend:
        stored = operations.find_deployment(backend, name)
    if output == "json":
        print_json(document("deployment", stored_document(stored)))
        return
    for key, value in stored_document(stored).items():
        shown = (
            value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)
        )
        click.echo(f"{key}: {'' if value is None else shown}")


_all = click.option("--all", "is_all", is_flag=True, help="Select all deployments.")
_all_matching = click.option(
    "--all-matching", is_flag=True, help="Act on all matches of globs without confirmation."
)


@command.command("pause")
@_names
@_all
@_all_matching
@pass_context
def pause(context: Context, /, *, names: tuple[str, ...], is_all: bool, all_matching: bool) -> None:
    """Pause the schedules of deployments."""
    _set_paused(context, names, is_all=is_all, all_matching=all_matching, paused=True)


@command.command("resume")
@_names
@_all
@_all_matching
@pass_context
def resume(context: Context, /, *, names: tuple[str, ...], is_all: bool, all_matching: bool) -> None:
    """Resume the schedules of deployments."""
    _set_paused(context, names, is_all=is_all, all_matching=all_matching, paused=False)


def _set_paused(
    context: Context, names: tuple[str, ...], *, is_all: bool, all_matching: bool, paused: bool
) -> None:
    _check_named(names, is_all=is_all)
    verb = "Pause" if paused else "Resume"
    with context.backend() as backend:
        meant = _meant(backend, names)
        if meant.globs and not all_matching:
            _confirm(context, verb, meant, option="--all-matching")
        operations.set_paused(backend, meant.stored, paused=paused)
    for each in meant.stored:
        say(f"{verb}d `{each.deployment.full_name}`.")


@command.command("delete")
@_names
@_all
@_all_matching
@click.option("-y", "--yes", is_flag=True, help="Skip the confirmation. Globs also need --all-matching.")
@click.option("--force", is_flag=True, help="Also delete protected deployments.")
@pass_context
def delete(
    context: Context, /, *, names: tuple[str, ...], is_all: bool, all_matching: bool, yes: bool, force: bool
) -> None:
    """Delete deployments. Their past runs are kept."""
    _check_named(names, is_all=is_all)
    with context.backend() as backend:
        meant = _meant(backend, names)
        if not force:
            operations.check_unprotected(meant.stored)
        if not (all_matching or (yes and not meant.globs)):
            _confirm(context, "Delete", meant, option="--all-matching" if meant.globs else "--yes")
        operations.delete(backend, meant.stored)
    for each in meant.stored:
        say(f"Deleted `{each.deployment.full_name}`.")


def _meant(backend: Backend, names: tuple[str, ...]) -> operations.Meant:
    """What is to be changed: all where no name is given."""
    if not names:
        return operations.Meant(tuple(backend.deployments()))
    return operations.meant_to_change(backend, names)


def _confirm(context: Context, verb: str, meant: operations.Meant, *, option: str) -> None:
    """Ask whether all of it is meant. Raises UsageError, which names *option*, where nobody answers."""
    listed = ", ".join(each.deployment.full_name for each in meant.stored)
    if not listed:
        return
    if context.may_prompt:
        if not click.confirm(f"{verb} {listed}?", err=True):
            say("Nothing was changed.")
            raise click.exceptions.Exit(1)
        return
    globs = ", ".join(f"`{each}`" for each in meant.globs)
    detail = f"{globs} matches {listed}." if globs else f"This deletes {listed}."
    raise UsageError(detail, hint=f"Pass `{option}` to {verb.lower()} them without confirmation.")


def _check_named(names: tuple[str, ...], *, is_all: bool) -> None:
    if bool(names) is is_all:
        raise UsageError(
            "Select the deployments by name, or all with `--all`.", hint="Pass names, globs or `--all`."
        )
