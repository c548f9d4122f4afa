"""`syntask deployment run`: create a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any

import click

from syntask_yaml.backend.base import Backend
from syntask_yaml.cli.arguments import collected, key_values, parameters_of
from syntask_yaml.cli.completion import complete_deployment, complete_parameter
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.deployment_choice import all_matching_option, confirm
from syntask_yaml.cli.duration import Coming, Duration
from syntask_yaml.cli.page_links import link_to_run
from syntask_yaml.cli.selection_options import FILTER_OPTIONS
from syntask_yaml.cli.views.output import as_json, print_json, say, when
from syntask_yaml.cli.views.runs import as_raw, show_watched
from syntask_yaml.errors import UsageError
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.run import Run, StateType
from syntask_yaml.operations.deployments import deployments_to_change, run_deployment
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.pools import why_run_waits
from syntask_yaml.operations.runs import watch
from syntask_yaml.project.filters import Filters

_RUN_OPTIONS = (
    click.option(
        "-p",
        "--param",
        "params",
        multiple=True,
        metavar="KEY=VALUE",
        shell_complete=complete_parameter,
        help="Set a parameter. VALUE is parsed as JSON if possible, unless only a text fits. Repeatable.",
    ),
    click.option(
        "--params",
        "params_json",
        metavar="JSON",
        help="Set parameters, as one JSON object; `-` reads standard input.",
    ),
    click.option(
        "--job-variable",
        "job_variables",
        multiple=True,
        metavar="KEY=VALUE",
        help="Set a job variable. VALUE is parsed as JSON if possible. Repeatable.",
    ),
    click.option("-t", "--tag", "tags", multiple=True, help="Add a tag to the run. Repeatable."),
    click.option("--name", "run_name", help="Name of the run."),
    click.option("--start-in", type=Duration(), help="Start after this time: `10m`, `2h30m`, `90`."),
    click.option(
        "--start-at",
        type=Coming(),
        help="Start at this time, in ISO 8601: `2026-03-02T18:30`. Local without an offset.",
    ),
)


def _wanted_run(**given: Any) -> dict[str, Any]:
    """Return the arguments of `run_deployment`, except the backend and the name, from `_RUN_OPTIONS`."""
    return {
        "parameters": parameters_of(given["params"], given["params_json"]),
        "texts": key_values(given["params"], "--param", is_text=True),
        "job_variables": key_values(given["job_variables"], "--job-variable"),
        "tags": given["tags"],
        "run_name": given["run_name"],
        "scheduled": _start(given["start_in"], given["start_at"]),
    }


@click.command("run")
@click.argument("name", required=False, shell_complete=complete_deployment)
@collected("filters", Filters, FILTER_OPTIONS)
@all_matching_option
@collected("wanted", _wanted_run, _RUN_OPTIONS)
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
    filters: Filters,
    all_matching: bool,
    wanted: dict[str, Any],
    is_watched: bool,
    is_raw: bool,
    output: str,
) -> int:
    """Create a run of a deployment, or of each selected one. A worker executes it."""
    _check_given(name, filters, is_watched=is_watched)
    with context.backend(creates=False) as backend:
        names = [name] if name else _selected(context, backend, filters, is_confirmed=all_matching)
        created = [run_deployment(backend, each, **wanted) for each in names]
        if output == "json":
            print_json(document("deployment-run", _content(created, is_one=name is not None)))
        else:
            _say_created(context, backend, created, is_due=wanted["scheduled"] is None)
        if not is_watched:
            return 0
        state = show_watched(watch(backend, created[0]), is_raw=is_raw)
    return 0 if state is not None and state.type is StateType.COMPLETED else 1


def _check_given(name: str | None, filters: Filters, *, is_watched: bool) -> None:
    if bool(name) is bool(filters.select):
        raise UsageError("Pass the name of a deployment, or `--select`.", hint="Pass exactly one of the two.")
    if name and filters.exclude:
        raise UsageError("`--exclude` takes away from what `--select` means.", hint="Pass `--select` too.")
    if is_watched and not name:
        raise UsageError("`--watch` follows the run of one deployment.", hint="Pass its name.")


def _selected(context: Context, backend: Backend, filters: Filters, *, is_confirmed: bool) -> list[str]:
    """Return the names of the deployments that match *filters*, after confirmation."""
    meant = deployments_to_change(backend, filters)
    if not is_confirmed:
        confirm(context, "Run", meant, option="--all-matching")
    return [each.deployment.full_name for each in meant.stored]


def _say_created(context: Context, backend: Backend, created: list[Run], *, is_due: bool) -> None:
    """Print the id of each run; explain why a run that *is_due* waits, and link to its page."""
    waits = cache(partial(why_run_waits, backend))
    for run in created:
        due = "" if is_due else f", which is due at {when(run.scheduled)}"
        say(f"Created run `{run.name}` of `{run.deployment}`{due}.")
        if is_due and context.verbosity >= 0:
            for reason in waits(run.work_pool, run.work_queue or DEFAULT_QUEUE):
                say(reason)
        link = link_to_run(context.settings.home, backend.url, run.id)
        if link and context.verbosity >= 0:
            say(f"In a browser: {link}")
        click.echo(run.id)


def _content(created: list[Run], *, is_one: bool) -> dict[str, object]:
    runs = [{"id": each.id, "name": each.name, "deployment": each.deployment} for each in created]
    return {**runs[0]} if is_one else {"runs": runs}


def _start(start_in: float | None, start_at: datetime | None) -> datetime | None:
    if start_in is not None and start_at is not None:
        raise UsageError("`--start-in` and `--start-at` cannot be combined.", hint="Use one or the other.")
    if start_in is None:
        return start_at
    try:
        return datetime.now(UTC) + timedelta(seconds=start_in)
    except OverflowError:
        raise UsageError("`--start-in` leads beyond the year 9999.") from None
