"""The plan and the result of a copy, as text and JSON."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click

from syntask_yaml.cli.views import diagnostics
from syntask_yaml.cli.views.diagnostics import encode as encode_diagnostic
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.progress import ProgressEstimate
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.events import Copied, Event
from syntask_yaml.operations.copying.changes import CopyAction, CopyChange, CopyKind, CopyPlan
from syntask_yaml.operations.copying.write import FAILED, CopyOutcome, CopyResult
from syntask_yaml.plan.changes import FieldChange
from syntask_yaml.plan.diff import HIDDEN

_SYMBOLS = {
    CopyAction.CREATE: ("+", "green"),
    CopyAction.UPDATE: ("~", "yellow"),
    CopyAction.MOVE: (">", "yellow"),
    CopyAction.DIFFERS: ("!", "red"),
    CopyAction.REFUSED: ("x", "red"),
}
_WORDS = {
    CopyAction.CREATE: "{} to create",
    CopyAction.UPDATE: "{} to update",
    CopyAction.MOVE: "{} to move",
    CopyAction.DIFFERS: "{} left as it is",
    CopyAction.REFUSED: "{} not copied",
    CopyAction.UNCHANGED: "{} unchanged",
}
_COLORS = {"created": "green", "updated": "yellow", "moved": "yellow", FAILED: "red"}
_MAX_WIDTH = 100
_MOST_LISTED = 5


class CopyProgress:
    """Prints the progress of a copy to standard error."""

    def __init__(self, *, verbosity: int) -> None:
        self._verbosity = verbosity
        self._estimate = ProgressEstimate()

    def __call__(self, event: Event) -> None:
        if self._verbosity >= 0 and isinstance(event, Copied):
            action = click.style(f"{event.action:>9}", fg=_COLORS[event.action])
            count = click.style(f"({self._estimate.text(event.number, event.total)})", dim=True)
            click.echo(f"{action}  {escaped(event.name)}  {count}", err=True)


def lines(plan: CopyPlan) -> Iterator[str]:
    """Yield the lines of the plan: each change with the fields that differ, then the number of each kind."""
    for change in plan.changes:
        if change.action is not CopyAction.UNCHANGED:
            yield from _change(change)
    if not plan.writes and not any(change.action.is_problem for change in plan.changes):
        yield f"No changes: {plan.destination} has all of {plan.source}."
        return
    yield ""
    yield f"Copy of {plan.source} to {plan.destination}: {summary_of(plan)}."


def summary_of(plan: CopyPlan) -> str:
    """Return the number of objects for each action, in words."""
    return ", ".join(_WORDS[action].format(count) for action, count in plan.summary.items() if count)


def _change(change: CopyChange) -> Iterator[str]:
    symbol, color = _SYMBOLS[change.action]
    reason = click.style(f"  ({escaped(change.reason)})", dim=True) if change.reason else ""
    name = click.style(escaped(change.name), bold=True)
    yield f"{click.style(symbol, fg=color, bold=True)} {change.kind.value} {name}{reason}"
    if change.action is not CopyAction.CREATE:
        yield from (f"    {escaped(_field(field))}" for field in change.fields)


def _field(field: FieldChange) -> str:
    if HIDDEN in (field.before, field.after):
        return f"{field.path}: {HIDDEN}"
    return f"{field.path}: {_shown(field.before)} -> {_shown(field.after)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_WIDTH else f"{text[: _MAX_WIDTH - 1]}…"


def show(outcome: CopyOutcome, *, is_dry_run: bool, is_json: bool, verbosity: int) -> None:
    """Print the plan of a dry run, or the results, and the problems to standard error."""
    if is_dry_run and not is_json:
        for line in lines(outcome.plan):
            click.echo(line)
    shown = [*outcome.plan.diagnostics, *_problems(outcome)]
    diagnostics.show(each for each in shown if each.is_error or verbosity >= 0)
    if is_dry_run or is_json or verbosity < 0:
        return
    for result in outcome.results:
        if result.moved.made_anew:
            times = _times(result.moved.made_anew)
            click.echo(f"{escaped(result.change.name)}: runs that were waiting went along: {times}")
    click.echo(_done(outcome))


def _times(times: Sequence[datetime]) -> str:
    more = f" and {len(times) - _MOST_LISTED} more" if len(times) > _MOST_LISTED else ""
    return ", ".join(f"{due:%Y-%m-%d %H:%M:%S}Z" for due in times[:_MOST_LISTED]) + more


def _done(outcome: CopyOutcome) -> str:
    plan = outcome.plan
    if not outcome.results and outcome.is_complete:
        return f"No changes: {plan.destination} has all of {plan.source}."
    counts = dict.fromkeys(("created", "updated", "moved", FAILED), 0)
    for result in outcome.results:
        counts[result.action] += 1
    left = {
        _WORDS[each]: plan.summary[each]
        for each in (CopyAction.DIFFERS, CopyAction.REFUSED, CopyAction.UNCHANGED)
    }
    parts = [f"{count} {action}" for action, count in counts.items() if count]
    parts += [words.format(count) for words, count in left.items() if count]
    return f"{', '.join(parts)} on {plan.destination}."


def _problem(change: CopyChange) -> str:
    if change.kind is CopyKind.SCHEDULES:
        return f"The schedules of `{change.name}` {change.reason}."
    what = f"The {change.kind.value} `{change.name}`"
    if change.action is CopyAction.REFUSED:
        return f"{what} is not copied. {change.reason}"
    fields = ", ".join(f"`{field.path}`" for field in change.fields)
    return f"{what} {change.reason}. It differs in {fields}."


def _problems(outcome: CopyOutcome) -> Iterator[Diagnostic]:
    """Yield the differences that remain on the destination."""
    for change in outcome.plan.changes:
        if change.action.is_problem:
            yield Diagnostic("not-copied", _problem(change), change.hint)
    for result in outcome.results:
        for diagnostic in result.error.diagnostics if result.error else ():
            named = f"The {result.change.kind.value} `{result.change.name}`: {diagnostic.detail}"
            yield Diagnostic(diagnostic.code, named, diagnostic.hint)
        if missed := result.moved.missed:
            name = result.change.name
            detail = f"`{name}` was due while no backend scheduled it, and did not run: {_times(missed)}."
            hint = f"Run `syntask --backend {outcome.plan.destination} deployment run {shlex.quote(name)}`."
            yield Diagnostic("missed-run", detail, hint).as_warning()


def encode(outcome: CopyOutcome, *, is_dry_run: bool) -> dict[str, Any]:
    """Return the outcome as JSON, or the plan of a dry run."""
    plan, results = outcome.plan, {result.change.full_name: result for result in outcome.results}
    return {
        "from": plan.source,
        "to": plan.destination,
        "dry_run": is_dry_run,
        "complete": outcome.is_complete and not (is_dry_run and plan.writes),
        "summary": {action.value: count for action, count in plan.summary.items()},
        "changes": [
            _encode(change, results.get(change.full_name))
            for change in plan.changes
            if change.action is not CopyAction.UNCHANGED
        ],
        "diagnostics": [encode_diagnostic(each) for each in plan.diagnostics],
    }


def _encode(change: CopyChange, result: CopyResult | None) -> dict[str, Any]:
    fields = () if change.action is CopyAction.CREATE else change.fields
    return {
        "kind": change.kind.value,
        "name": change.name,
        "action": change.action.value,
        "reason": change.reason,
        "hint": change.hint,
        "fields": [{"path": each.path, "before": each.before, "after": each.after} for each in fields],
        "error": result.error.detail if result and result.error else None,
        "runs_moved": list(result.moved.made_anew) if result else [],
        "runs_missed": list(result.moved.missed) if result else [],
    }
