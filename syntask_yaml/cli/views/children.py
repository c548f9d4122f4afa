"""Task runs and subflow runs as text and JSON."""

from __future__ import annotations

from collections.abc import Sequence

import click

from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import print_table, when
from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.duration import duration_text
from syntask_yaml.model.run import Run, short_id
from syntask_yaml.operations.children import counts, most_relevant


def print_children(run: Run, children: Sequence[ChildRun], *, limit: int | None) -> None:
    """Print a table of at most *limit* children of *run*, None for all, and the counts of their states."""
    if not children:
        return
    shown = children if limit is None else most_relevant(children, limit)
    states = ", ".join(f"{number:,} {name}" for name, number in counts(children).items())
    click.echo(escaped(f"\ntask runs and subflow runs: {states}"))
    rows = [
        (
            short_id(child.id),
            child.label,
            child.state.name,
            when(child.started),
            duration_text(child.ended - child.started) if child.ended and child.started else "",
            _first_line(child.state.message),
        )
        for child in shown
    ]
    print_table(("Id", "Name", "State", "Started", "Took", "Message"), rows, empty="")
    if left := len(children) - len(shown):
        click.echo(f"{left:,} more: pass `--all`, or run `syntask flow-run timeline {short_id(run.id)}`.")


def took_text(run: Run) -> str:
    """Return the duration of *run*; empty if it has not ended."""
    return "" if run.took is None else duration_text(run.took)


def _first_line(text: str) -> str:
    line = text.partition("\n")[0]
    return f"{line[:77]}…" if len(line) > 78 else line
