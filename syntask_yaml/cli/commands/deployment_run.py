"""`syntask deployment run`: create a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from syntask_yaml.backend.base import Backend
from syntask_yaml.cli.arguments import key_values, parameters_of
from syntask_yaml.cli.completion import complete_deployment, complete_parameter
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import as_json, print_json, say
from syntask_yaml.cli.views.runs import as_raw, show_watched
from syntask_yaml.errors import UsageError
from syntask_yaml.model.run import Run, StateType
from syntask_yaml.model.timing import parse_interval, parse_moment
from syntask_yaml.operations.deployments import run_deployment
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.pools import why_unserved
from syntask_yaml.operations.runs import watch


@click.command("run")
@click.argument("name", shell_complete=complete_deployment)
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    metavar="KEY=VALUE",
    shell_complete=complete_parameter,
    help="Set a parameter. VALUE is parsed as JSON if possible. Repeatable.",
)
@click.option(
    "--params",
    "params_json",
    metavar="JSON",
    help="Set parameters, as one JSON object; `-` reads standard input.",
)
@click.option(
    "--job-variable",
    "job_variables",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set a job variable. VALUE is parsed as JSON if possible. Repeatable.",
)
@click.option("-t", "--tag", "tags", multiple=True, help="Add a tag to the run. Repeatable.")
@click.option("--name", "run_name", help="Name of the run.")
@click.option("--start-in", metavar="DURATION", help="Start after this time: seconds, `PT10M`, `0:10:00`.")
@click.option("--start-at", metavar="TIME", help="Start at this time, in ISO 8601.")
@click.option(
    "--watch",
    "is_watched",
    is_flag=True,
    help="Follow the run until it ends; exit with 1 unless it completes.",
)
@as_raw
@as_json
@pass_context
def command(
    context: Context,
    /,
    *,
    name: str,
    params: tuple[str, ...],
    params_json: str | None,
    is_watched: bool,
    is_raw: bool,
    output: str,
    job_variables: tuple[str, ...],
    tags: tuple[str, ...],
    run_name: str | None,
    start_in: str | None,
    start_at: str | None,
) -> int:
    """Create a run of a deployment. A worker executes it."""
    parameters = parameters_of(params, params_json)
    is_due = not start_in and not start_at
    with context.backend() as backend:
        created = run_deployment(
            backend,
            name,
            parameters=parameters,
            job_variables=key_values(job_variables, "--job-variable"),
            tags=tags,
            run_name=run_name,
            scheduled=_start(start_in, start_at),
        )
        if output == "json":
            print_json(
                document(
                    "deployment-run",
                    {"id": created.id, "name": created.name, "deployment": created.deployment},
                )
            )
        else:
            say(f"Created run `{created.name}` of `{created.deployment}`.")
            if is_due and context.verbosity >= 0:
                _say_who_serves(backend, created)
            click.echo(created.id)
        if not is_watched:
            return 0
        state = show_watched(watch(backend, created), is_raw=is_raw)
    return 0 if state is not None and state.type is StateType.COMPLETED else 1


def _say_who_serves(backend: Backend, run: Run) -> None:
    if run.work_pool and (reason := why_unserved(backend, run.work_pool)):
        say(reason)


def _start(start_in: str | None, start_at: str | None) -> datetime | None:
    if start_in and start_at:
        raise UsageError("`--start-in` and `--start-at` cannot be combined.", hint="Use one or the other.")
    try:
        if start_in:
            return datetime.now(UTC) + timedelta(seconds=parse_interval(start_in))
        return parse_moment(start_at) if start_at else None
    except ValueError as error:
        raise UsageError(str(error)) from error
