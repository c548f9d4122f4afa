"""`syntask flow-run timeline`: when the parts of a run went on."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from syntask_yaml.cli.completion import complete_run
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import as_json, print_json
from syntask_yaml.cli.views.timeline import encode_timeline, print_timeline
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.runs import find_run
from syntask_yaml.operations.timeline import timeline


@click.command("timeline")
@click.argument("id", required=False, metavar="[RUN]", shell_complete=complete_run)
@click.option("--all", "is_whole", is_flag=True, help="Show a bar for each task run, however many there are.")
@as_json
@pass_context
def command(context: Context, /, *, id: str | None, is_whole: bool, output: str) -> None:
    """Show the task runs and subflows of a run as bars over time.

    RUN is the id of a run, or a unique prefix of it. Default: the run that started last. More than 50 task
    runs are grouped by task: the higher a bar, the more of them ran at that time.
    """
    with context.backend(creates=False) as backend:
        run = find_run(backend, id)
        shown = timeline(run, backend.children(run.id), datetime.now(UTC), is_whole=is_whole)
    if output == "json":
        head = {"run": run.id, "name": run.name, "flow": run.flow, "state": run.state.type.value}
        print_json(document("flow-run-timeline", {**head, **encode_timeline(shown)}))
        return
    print_timeline(shown)
