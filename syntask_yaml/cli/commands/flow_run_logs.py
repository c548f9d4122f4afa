"""`syntask flow-run logs`: what a run wrote."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

import click

from syntask_yaml.backend.base import LogFilter
from syntask_yaml.cli.arguments import Count
from syntask_yaml.cli.completion import complete_run
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.duration import Since
from syntask_yaml.cli.views.output import print_json, say
from syntask_yaml.cli.views.output_format import OutputFormat
from syntask_yaml.cli.views.runs import as_raw, print_as_json, show_log_line, show_watched
from syntask_yaml.errors import UsageError
from syntask_yaml.model.run import short_id
from syntask_yaml.operations.children import find_children
from syntask_yaml.operations.documents import document, line_document
from syntask_yaml.operations.runs import find_run, watch

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@click.command("logs")
@click.argument("id", required=False, shell_complete=complete_run)
@click.option("-f", "--follow", is_flag=True, help="Follow the logs until the run ends.")
@click.option(
    "--level",
    type=click.Choice(_LEVELS, case_sensitive=False),
    help="Print only lines of this level or a higher one.",
)
@click.option(
    "--since", type=Since(), help="Print only lines written since: `10m` ago, or a time in ISO 8601."
)
@click.option("--tail", type=Count(min=1), metavar="N", help="Print only the last N of these lines.")
@click.option(
    "--task",
    metavar="NAME_OR_ID",
    help="Print only lines of this task, or task run; with --follow, of those that have begun.",
)
@as_raw
@click.option(
    "-o",
    "--output",
    type=OutputFormat(["text", "json", "jsonl"]),
    default="text",
    show_default=True,
    help="Output format; `jsonl` is one JSON object for each line.",
)
@pass_context
def command(
    context: Context,
    /,
    *,
    id: str | None,
    follow: bool,
    level: str | None,
    since: datetime | None,
    tail: int | None,
    task: str | None,
    is_raw: bool,
    output: str,
) -> None:
    """Print the logs of the run ID, or of the last run that started or failed to, with time and level."""
    if follow and output == "json":
        detail = "`--follow` and `--output json` cannot be combined."
        raise UsageError(detail, hint="Use `--output jsonl`, which prints each line as it is written.")
    which = LogFilter(logging.getLevelNamesMapping()[level] if level else 0, since)
    show = print_as_json if output == "jsonl" else partial(show_log_line, is_raw=is_raw)
    with context.backend(creates=False) as backend:
        run = find_run(backend, id)
        if id is None and context.verbosity >= 0:
            whose = f"run `{run.name}` ({short_id(run.id)}) of `{run.deployment or run.flow}`"
            say(f"Log of the {whose}: {run.state.name}.")
        if task is not None:
            meant = find_children(run, backend.children(run.id), task)
            which = which._replace(tasks=tuple(child.id for child in meant))
        if follow:
            show_watched(watch(backend, run, which=which, tail=tail), show=show)
            return
        lines = backend.logs(run.id, which=which._replace(limit=tail, is_newest=tail is not None))
    if output == "json":
        print_json(document("flow-run-logs", {"logs": [line_document(line) for line in lines]}))
        return
    for line in lines:
        show(line)
