"""Progress and result of a deploy."""

from __future__ import annotations

from collections import Counter

import click

from syntask_yaml.cli.views import diagnostics
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import UNHEARD
from syntask_yaml.cli.views.progress import CountProgress, ProgressEstimate
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.events import Applied, Counted, Event, StepFinished, StepOutput, StepStarted, Waiting
from syntask_yaml.operations.outcome import ACTIONS, FAILED, SKIPPED, Outcome

_COLORS = {
    "created": "green",
    "updated": "yellow",
    "renamed": "yellow",
    "deleted": "red",
    FAILED: "red",
    SKIPPED: "yellow",
}

# The number of deployments from which on they are counted while they are written.
_MANY = 10


class DeployProgress:
    """Prints the progress of a deploy to standard error: steps with their output, then deployments."""

    def __init__(self, *, verbosity: int) -> None:
        self._verbosity = verbosity
        self._estimate = ProgressEstimate()
        self._counts = CountProgress(verbosity=verbosity)

    def __call__(self, event: Event) -> None:
        if self._verbosity >= 0:
            with UNHEARD:  # the current write is completed
                self._show(event)

    def _show(self, event: Event) -> None:
        match event:
            case StepStarted(label, section, step):
                self._say(label, click.style(f"{section} {step.rpartition('.')[2]}", bold=True))
            case StepOutput(label, line, is_error):
                self._say(label, click.style(line, fg="red") if is_error else line)
            case StepFinished(label, _, step, seconds):
                self._say(label, click.style(f"{step.rpartition('.')[2]} done in {seconds:.1f} s", dim=True))
            case Counted():
                self._counts(event)
            case Waiting(reason):
                click.echo(f"Waiting: {escaped(reason)}", err=True)
            case Applied(deployment, action, _, number, total):
                done = f"{click.style(f'{action:>9}', fg=_COLORS.get(action))}  {escaped(deployment)}"
                count = click.style(f"({self._estimate.text(number, total)})", dim=True)
                click.echo(f"{done}  {count}" if total >= _MANY else done, err=True)

    @staticmethod
    def _say(label: str, text: str) -> None:
        click.echo(f"{click.style(f'[{escaped(label)}]', fg='cyan')} {text}", err=True)


def show_problems(outcome: Outcome, *, verbosity: int) -> list[Diagnostic]:
    """Print the problems of the outcome to standard error, and return them."""
    has_changes = any(outcome.summary.get(action) for action in ("created", "updated", "renamed"))
    problems = [
        each
        for each in outcome.diagnostics
        if each.is_error or (verbosity >= 0 and (has_changes or not each.is_note))
    ]
    diagnostics.show(problems)
    return problems


def show(outcome: Outcome, *, verbosity: int) -> None:
    """Print the skipped objects, and the number of deployments for each result."""
    if verbosity < 0:
        return
    for result in outcome.all_results:
        if result.action == SKIPPED:
            click.echo(f"{click.style('  skipped', fg='yellow')}  {escaped(result.label)}", err=True)
    counted = ", ".join(f"{count} {action}" for action, count in outcome.summary.items() if count)
    of_resources = Counter(each.action for each in outcome.resources)
    more = ", ".join(f"{of_resources[action]} {action}" for action in ACTIONS if of_resources[action])
    counted += f"; resources: {more}" if more else ""
    click.echo(f"{counted.removeprefix('; ') or 'Nothing to do'} on {outcome.backend}.")
