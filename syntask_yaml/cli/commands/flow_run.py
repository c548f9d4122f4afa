"""`syntask flow-run`: runs and their logs."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.cli.commands import flow_run_logs, flow_run_retry, flow_run_timeline
from syntask_yaml.cli.commands.why import new_command as new_why
from syntask_yaml.cli.completion import complete_deployment, complete_run
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.duration import Since
from syntask_yaml.cli.views.children import print_children, took_text
from syntask_yaml.cli.views.deliveries import delivery_text, encode_delivery
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say, when
from syntask_yaml.model.run import StateType, short_id
from syntask_yaml.operations.documents import child_document, document, run_document
from syntask_yaml.operations.runs import FAILED, find_run, full_name

# The number of task runs and subflow runs that `inspect` shows.
_SHOWN = 20


@click.group("flow-run")
def command() -> None:
    """Manage runs and show their logs.

    Refer to a run by its id or a unique prefix of it.
    """


command.add_command(new_why())
command.add_command(flow_run_logs.command)
command.add_command(flow_run_retry.command)
command.add_command(flow_run_timeline.command)


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
@click.option("--failed", is_flag=True, help="Show only runs that failed or crashed.")
@click.option(
    "--since", type=Since(), help="Leave out runs that ended before: `2h` ago, or a time in ISO 8601."
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
    failed: bool,
    since: datetime | None,
    limit: int,
    coming: bool,
    output: str,
) -> None:
    """List runs, newest first."""
    now = datetime.now(UTC)
    wanted = frozenset(StateType(state.upper()) for state in states) | (FAILED if failed else frozenset())
    has_coming = coming or StateType.SCHEDULED in wanted
    with context.backend(creates=False) as backend:
        name = deployment and full_name(backend, deployment)
        which = RunFilter(deployment=name, states=wanted, since=since, limit=limit)
        runs = backend.runs(which._replace(after=now)) if has_coming else []
        if left := limit - len(runs):
            runs += backend.runs(which._replace(until=now, limit=left))
    if output == "json":
        print_json(document("flow-run-ls", {"flow_runs": [run_document(run) for run in runs]}))
        return
    rows = [
        (
            short_id(run.id),
            run.name,
            run.deployment or run.flow,
            run.state.name,
            when(run.scheduled),
            when(run.ended),
            took_text(run),
        )
        for run in runs
    ]
    empty = "No run matches." if name or wanted or since else "There are no runs."
    print_table(("Id", "Name", "Deployment", "State", "Scheduled", "Ended", "Took"), rows, empty=empty)


@command.command("inspect")
@click.argument("id", shell_complete=complete_run)
@click.option("--all", "is_whole", is_flag=True, help="Show all task runs and subflow runs, not only some.")
@as_json
@pass_context
def inspect(context: Context, /, *, id: str, is_whole: bool, output: str) -> None:
    """Show a run, its task runs and subflow runs, and what automations did when it ended."""
    with context.backend(creates=False) as backend:
        run = find_run(backend, id)
        children = backend.children(run.id)
        deliveries = backend.deliveries(run.id)
    if output == "json":
        made = {"deliveries": [encode_delivery(each) for each in deliveries]}
        parts = {"children": [child_document(child) for child in children]}
        print_json(document("flow-run", {**run_document(run), **made, **parts}))
        return
    for key, value in run_document(run).items():
        click.echo(escaped(f"{key}: {'' if value is None else value}"))
    for each in deliveries:
        click.echo(escaped(f"automation {delivery_text(each)}"))
    print_children(run, children, limit=None if is_whole else _SHOWN)


@command.command("cancel")
@click.argument("ids", nargs=-1, required=True, shell_complete=complete_run)
@pass_context
def cancel(context: Context, /, *, ids: tuple[str, ...]) -> None:
    """Cancel runs.

    Runs that have not started are cancelled immediately, others by their worker or script.
    """
    with context.backend(creates=False) as backend:
        for each in ids:
            run = backend.cancel(find_run(backend, each).id)
            say(f"{run.state.name}: run `{run.name}` ({short_id(run.id)}).")
