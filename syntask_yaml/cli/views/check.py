"""What a check found, while it goes on and at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from syntask_yaml.cli.views import diagnostics
from syntask_yaml.cli.views.reports import encode
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.events import Event, StepOutput


@dataclass(frozen=True, slots=True)
class Checked:
    """A deployment that was tried for *seconds*; *problem* is what keeps its runs from starting."""

    deployment: str
    seconds: float
    problem: Diagnostic | None = None


class Watcher:
    """Says on standard error what goes on."""

    def __init__(self, *, verbosity: int) -> None:
        self._verbosity = verbosity

    def output(self, event: Event) -> None:
        """A line that the run of a trial wrote."""
        if self._verbosity >= 0 and isinstance(event, StepOutput):
            line = click.style(event.line, fg="red") if event.is_error else event.line
            click.echo(f"{click.style(f'[{event.label}]', fg='cyan')} {line}", err=True)

    def done(self, checked: Checked) -> None:
        """A trial that is over."""
        if self._verbosity >= 0:
            verdict, color = ("failed", "red") if checked.problem else ("ready", "green")
            shown = click.style(f"{verdict:>9}", fg=color)
            click.echo(f"{shown}  {checked.deployment} in {checked.seconds:.1f} s", err=True)


def show(checked: Sequence[Checked], notes: Sequence[Diagnostic], *, verbosity: int) -> None:
    """What keeps runs from starting, what else is to be said, and how many would start."""
    diagnostics.show([each for each in notes if verbosity >= 0])
    diagnostics.show([each.problem for each in checked if each.problem is not None])
    if verbosity >= 0:
        ready = sum(each.problem is None for each in checked)
        click.echo(f"{ready} of {len(checked)} would start.")


def as_document(checked: Sequence[Checked], notes: Sequence[Diagnostic]) -> dict[str, Any]:
    """The same as `check --output json` prints it, without its format."""
    ready = sum(each.problem is None for each in checked)
    return {
        "summary": {"ready": ready, "failed": len(checked) - ready},
        "results": [
            {
                "deployment": each.deployment,
                "ready": each.problem is None,
                "seconds": round(each.seconds, 3),
                "problem": None if each.problem is None else encode(each.problem),
            }
            for each in checked
        ],
        "diagnostics": [encode(each) for each in notes],
    }
