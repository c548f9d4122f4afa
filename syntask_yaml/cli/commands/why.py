"""`syntask why`, which is also `syntask flow-run why`: why a run is in its state."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from syntask_yaml.cli.completion import complete_run
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import as_json, print_json
from syntask_yaml.cli.views.why import encode_explanation, show_explanation
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.runs import find_unsuccessful
from syntask_yaml.operations.why.explanation import explain
from syntask_yaml.operations.why.facts import gather


@pass_context
def _why(context: Context, /, *, id: str | None, output: str) -> None:
    """Explain why a run waits, or how it ended, with evidence and what to do.

    RUN is the id of a run, or a unique prefix of it. Default: the newest run that is due and has not
    completed. If every due run has completed, the command says so. `syntask why` and `syntask flow-run why`
    are the same.
    """
    with context.backend(creates=False) as backend:
        now = datetime.now(UTC)
        run = find_unsuccessful(backend, id, now)
        found = None if run is None else explain(gather(backend, run, now))
    if output == "json":
        print_json(document("why", encode_explanation(found)))
    else:
        show_explanation(found)


def new_command() -> click.Command:
    """Return the command; in each group it has environment variables of its own."""
    run = click.Argument(["id"], metavar="[RUN]", required=False, shell_complete=complete_run)
    return click.command("why", params=[run])(as_json(_why))


command = new_command()
