"""`syntask deployment run`: create a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache, partial

import click

from syntask_yaml.backend.base import Backend
from syntask_yaml.cli.arguments import key_values, parameters_of
from syntask_yaml.cli.completion import complete_deployment, complete_parameter
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.deployment_choice import all_matching_option, confirm, filters_of
from syntask_yaml.cli.page_links import link_to_run
from syntask_yaml.cli.selection_options import filter_options
from syntask_yaml.cli.views.output import as_json, print_json, say
from syntask_yaml.cli.views.runs import as_raw, show_watched
from syntask_yaml.errors import UsageError
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.run import Run, StateType
from syntask_yaml.model.timing import parse_interval, parse_moment
from syntask_yaml.operations.deployments import meant_to_change, run_deployment
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.pools import why_run_waits
from syntask_yaml.operations.runs import watch
from syntask_yaml.project.filters import Filters


@click.command("run")
@click.argument("name", required=False, shell_complete=complete_deployment)
@filter_options
@all_matching_option
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
    name: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    all_matching: bool,
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
    """Create a run of a deployment, or of each that `--select` means. A worker executes it."""
    filters = _filters(name, select, exclude, is_watched=is_watched)
    create = partial(
        run_deployment,
        parameters=parameters_of(params, params_json),
        job_variables=key_values(job_variables, "--job-variable"),
        tags=tags,
        run_name=run_name,
        scheduled=_start(start_in, start_at),
    )
    is_due = not start_in and not start_at
    with context.backend() as backend:
        waits = cache(partial(why_run_waits, backend))
        names = [name] if name else _selected(context, backend, filters, is_confirmed=all_matching)
        created = [create(backend, each) for each in names]
        if output == "json":
            print_json(document("deployment-run", _content(created, is_one=name is not None)))
        for run in created if output == "text" else ():
            say(f"Created run `{run.name}` of `{run.deployment}`.")
            if is_due and context.verbosity >= 0 and run.work_pool:
                for reason in waits(run.work_pool, run.work_queue or DEFAULT_QUEUE):
                    say(reason)
            link = link_to_run(context.settings.home, backend.url, run.id)
            if link and context.verbosity >= 0:
                say(f"In a browser: {link}")
            click.echo(run.id)
        if not is_watched:
            return 0
        state = show_watched(watch(backend, created[0]), is_raw=is_raw)
    return 0 if state is not None and state.type is StateType.COMPLETED else 1


def _filters(
    name: str | None, select: tuple[str, ...], exclude: tuple[str, ...], *, is_watched: bool
) -> Filters:
    filters = filters_of((), select, exclude)
    if bool(name) is bool(select):
        raise UsageError("Pass the name of a deployment, or `--select`.", hint="Pass exactly one of the two.")
    if name and exclude:
        raise UsageError("`--exclude` takes away from what `--select` means.", hint="Pass `--select` too.")
    if is_watched and not name:
        raise UsageError("`--watch` follows the run of one deployment.", hint="Pass its name.")
    return filters


def _selected(context: Context, backend: Backend, filters: Filters, *, is_confirmed: bool) -> list[str]:
    """The names of the deployments that *filters* mean, once somebody has said that they are meant."""
    meant = meant_to_change(backend, filters)
    if not is_confirmed:
        confirm(context, "Run", meant, option="--all-matching")
    return [each.deployment.full_name for each in meant.stored]


def _content(created: list[Run], *, is_one: bool) -> dict[str, object]:
    runs = [{"id": each.id, "name": each.name, "deployment": each.deployment} for each in created]
    return {**runs[0]} if is_one else {"runs": runs}


def _start(start_in: str | None, start_at: str | None) -> datetime | None:
    if start_in and start_at:
        raise UsageError("`--start-in` and `--start-at` cannot be combined.", hint="Use one or the other.")
    try:
        if start_in:
            return datetime.now(UTC) + timedelta(seconds=parse_interval(start_in))
        return parse_moment(start_at) if start_at else None
    except ValueError as error:
        raise UsageError(str(error)) from error
