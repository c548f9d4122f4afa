"""`syntask flow-run`: runs and their logs."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click

from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.cli.completion import complete_deployment, complete_run
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import as_json, document, print_json, print_table, say, when
from syntask_yaml.cli.views.runs import as_raw, show_line, show_watched
from syntask_yaml.model.run import Run, StateType
from syntask_yaml.operations.deployments import find_deployment
from syntask_yaml.operations.runs import find_run, watch


@click.group("flow-run")
def command() -> None:
    """Manage runs and show their logs.

    Refer to a run by its id or a unique prefix of it.
    """


@command.command("ls")
@click.option(
    "-d",
    "--deployment",
    metavar="FLOW/NAME",
    shell_complete=complete_deployment,
    help="Show only runs of this deployment.",
)
@click.option(
    "-s",
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in StateType], case_sensitive=False),
    help="Show only runs in this state. Repeatable.",
)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Maximum number of runs to show.",
)
@click.option("--coming", is_flag=True, help="Also show runs that are not due yet, soonest first.")
@as_json
@pass_context
def ls(
    context: Context,
    /,
    *,
    deployment: str | None,
    states: tuple[str, ...],
    limit: int,
    coming: bool,
    output: str,
) -> None:
    """List runs, newest first."""
    now = datetime.now(UTC)
    wanted = frozenset(StateType(state.upper()) for state in states)
    has_coming = coming or StateType.SCHEDULED in wanted
    with context.backend(is_read_only=True) as backend:
        name = deployment and _full_name(backend, deployment)
        which = RunFilter(deployment=name, states=wanted, limit=limit)
        runs = backend.runs(replace(which, after=now)) if has_coming else []
        if left := limit - len(runs):
            runs += backend.runs(replace(which, until=now, limit=left))
    if output == "json":
        print_json(document("flow-run-ls", {"flow_runs": [encode(run) for run in runs]}))
        return
    rows = [
        (
            run.id[:8],
            run.name,
            run.deployment or run.flow,
            run.state.name,
            when(run.scheduled),
            when(run.ended),
        )
        for run in runs
    ]
    print_table(("Id", "Name", "Deployment", "State", "Scheduled", "Ended"), rows, empty="There are no runs.")


def _full_name(backend: Backend, name: str) -> str:
    """Return `flow/name` of the deployment that *name* means; a deleted one is known by its runs.

    Raises NotFound.
    """
    if "/" in name and backend.runs(RunFilter(deployment=name, limit=1)):
        return name
    return find_deployment(backend, name).deployment.full_name


@command.command("inspect")
@click.argument("id", shell_complete=complete_run)
@as_json
@pass_context
def inspect(context: Context, /, *, id: str, output: str) -> None:
    """Show a run."""
    with context.backend(is_read_only=True) as backend:
        run = find_run(backend, id)
    if output == "json":
        print_json(document("flow-run", encode(run)))
        return
    for key, value in encode(run).items():
        click.echo(escaped(f"{key}: {'' if value is None else value}"))


@command.command("logs")
@click.argument("id", required=False, shell_complete=complete_run)
@click.option("-f", "--follow", is_flag=True, help="Follow the logs until the run ends.")
@as_raw
@as_json
@pass_context
def logs(context: Context, /, *, id: str | None, follow: bool, is_raw: bool, output: str) -> None:
    """Print the logs of the run ID, or of the run that started last."""
    with context.backend(is_read_only=True) as backend:
        run = find_run(backend, id)
        if follow:
            show_watched(watch(backend, run), is_raw=is_raw)
        elif output == "json":
            print_json(document("flow-run-logs", {"logs": _lines(backend, run)}))
        else:
            for line in backend.logs(run.id):
                show_line(line, is_raw=is_raw)


def _lines(backend: Backend, run: Run) -> list[dict[str, Any]]:
    return [
        {
            "timestamp": line.timestamp,
            "level": logging.getLevelName(line.level),
            "logger": line.logger,
            "message": line.message,
        }
        for line in backend.logs(run.id)
    ]


@command.command("cancel")
@click.argument("ids", nargs=-1, required=True, shell_complete=complete_run)
@pass_context
def cancel(context: Context, /, *, ids: tuple[str, ...]) -> None:
    """Cancel runs.

    Runs that have not started are cancelled immediately, others by their worker.
    """
    with context.backend() as backend:
        for each in ids:
            run = backend.cancel(find_run(backend, each).id)
            say(f"{run.state.name}: run `{run.name}` ({run.id[:8]}).")


def encode(run: Run) -> dict[str, Any]:
    """A run as JSON."""
    return {
        "id": run.id,
        "name": run.name,
        "flow": run.flow,
        "deployment": run.deployment,
        "state": run.state.type.value,
        "state_name": run.state.name,
        "message": run.state.message,
        "scheduled": run.scheduled,
        "started": run.started,
        "ended": run.ended,
        "parameters": run.parameters,
        "tags": list(run.tags),
        "work_pool": run.work_pool,
        "work_queue": run.work_queue,
    }
