"""Progress and result of a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from syntask_yaml.cli.views import diagnostics
from syntask_yaml.cli.views.diagnostics import encode
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.progress import ProgressEstimate
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.events import Event, StepOutput


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The dry run of a deployment: it took *seconds*; *problem* is why its runs would not start."""

    deployment: str
    seconds: float
    problem: Diagnostic | None = None


class Watcher:
    """Shows the progress of a check of *total* deployments on standard error."""

    def __init__(self, *, verbosity: int, total: int) -> None:
        self._verbosity = verbosity
        self._total, self._done, self._estimate = total, 0, ProgressEstimate()
        self._estimate.text(0, total)  # start the clock before the first one

    def output(self, event: Event) -> None:
        """Print an output line of the dry run."""
        if self._verbosity >= 0 and isinstance(event, StepOutput):
            line = escaped(event.line)
            line = click.style(line, fg="red") if event.is_error else line
            click.echo(f"{click.style(f'[{escaped(event.label)}]', fg='cyan')} {line}", err=True)

    def done(self, result: CheckResult) -> None:
        """Print the result of a dry run."""
        self._done += 1
        if self._verbosity >= 0:
            verdict, color = ("failed", "red") if result.problem else ("ready", "green")
            shown = click.style(f"{verdict:>9}", fg=color)
            line = f"{shown}  {escaped(result.deployment)} in {result.seconds:.1f} s"
            if self._total > 1:
                line += click.style(f"  ({self._estimate.text(self._done, self._total)})", dim=True)
            click.echo(line, err=True)


def show(results: Sequence[CheckResult], notes: Sequence[Diagnostic], *, verbosity: int) -> None:
    """Print the problems of a check, and the number of deployments that are ready."""
    diagnostics.show([each for each in notes if verbosity >= 0])
    diagnostics.show([each.problem for each in results if each.problem is not None])
    if verbosity >= 0:
        ready = sum(each.problem is None for each in results)
        click.echo(f"{ready} of {len(results)} deployments would start.")


def as_document(results: Sequence[CheckResult], notes: Sequence[Diagnostic]) -> dict[str, Any]:
    """Return the result for `check --output json`, without its format."""
    ready = sum(each.problem is None for each in results)
    return {
        "summary": {"ready": ready, "failed": len(results) - ready},
        "results": [
            {
                "deployment": each.deployment,
                "ready": each.problem is None,
                "seconds": round(each.seconds, 3),
                "problem": None if each.problem is None else encode(each.problem),
            }
            for each in results
        ],
        "diagnostics": [encode(each) for each in notes],
    }
