"""A plan for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any

import click

from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.model.value import Unknown
from syntask_yaml.operations.forecasts import PlannedImage
from syntask_yaml.plan.changes import Action, AutomationChange, Change, FieldChange, Plan, Removal
from syntask_yaml.plan.diff import headlines

_COLORS = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.RENAME: "yellow",
    Action.DELETE: "red",
    Action.UNCHANGED: None,
}
_IMAGE_COLORS = {"build": "yellow", "pull": "yellow", "unknown": "red"}
_VERBS = {Action.CREATE: "create", Action.UPDATE: "update", Action.DELETE: "delete"}
_MAX_WIDTH = 100
_AT_A_TIME = 1000


def show(plan: Plan, images: Sequence[PlannedImage] = (), *, verbose: bool = False) -> None:
    """Print what would change, and which images would be built, to standard output."""
    shown = chain(image_lines(images), lines(plan, verbose=verbose))
    while several := list(islice(shown, _AT_A_TIME)):  # a call for each line would be slow
        click.echo("\n".join(several))


def image_lines(images: Sequence[PlannedImage]) -> Iterator[str]:
    """The images line by line: what becomes of each, why, and for whom."""
    for each in images:
        action = click.style(each.action, fg=_IMAGE_COLORS.get(each.action))
        first, *more = each.deployments
        served = f"{first} and {len(more)} more" if more else first
        shown_line = f"image {click.style(each.image, bold=True)}: {action}, {each.reason}"
        yield f"{shown_line}{click.style(f'  ({served})', dim=True)}"
    if images:
        yield ""


def deletion_lines(plan: Plan) -> Iterator[str]:
    """What would be deleted, line by line, with what goes along."""
    for change in plan.deletions:
        yield from _change(change, verbose=False)
    for each in plan.automations:
        if each.action is Action.DELETE:
            yield from _automation(each)


def lines(plan: Plan, *, verbose: bool = False) -> Iterator[str]:
    """The plan line by line: each change with its fields, then how many there are of each kind."""
    for change in plan.changes:
        if change.action is not Action.UNCHANGED or verbose:
            yield from _change(change, verbose=verbose)
    for each in plan.automations:
        if each.action is not Action.UNCHANGED or verbose:
            yield from _automation(each)
    if not plan.has_changes:
        count = plan.summary[Action.UNCHANGED]
        yield f"No changes: {_count(count, len(plan.automations))} on {plan.backend} as declared."
        return
    yield ""
    yield f"Plan for {plan.backend}: {_counts(plan)}{_automation_counts(plan)}."


def _counts(plan: Plan) -> str:
    parts = [f"{plan.summary[action]} to {verb}" for action, verb in _VERBS.items()]
    if renamed := plan.summary.get(Action.RENAME):
        parts.append(f"{renamed} to rename")
    return f"{', '.join(parts)}, {plan.summary[Action.UNCHANGED]} unchanged"


def _automation_counts(plan: Plan) -> str:
    """The same of automations, where there are any."""
    summary = plan.automation_summary
    parts = [f"{summary[action]} to {verb}" for action, verb in _VERBS.items() if action in summary]
    parts += [f"{summary[Action.UNCHANGED]} unchanged"] if Action.UNCHANGED in summary else []
    return f"; automations: {', '.join(parts)}" if parts else ""


def _count(number: int, automations: int) -> str:
    deployments = "1 deployment" if number == 1 else f"{number} deployments"
    if not automations:
        return f"{deployments} {'is' if number == 1 else 'are'}"
    return f"{deployments} and {automations} automation{'s' if automations > 1 else ''} are"


def _automation(change: AutomationChange) -> Iterator[str]:
    symbol = click.style(change.action.symbol, fg=_COLORS[change.action], bold=True)
    reason = f"  ({change.reason})" if change.reason else ""
    name = click.style(escaped(change.name), bold=True)
    yield f"{symbol} automation {name}{click.style(reason, dim=True)}"
    for field in change.fields:
        if change.action is not Action.CREATE or field.after not in (None, "", {}, [], True):
            yield f"    {_field(field, change.action)}"


def _change(change: Change, *, verbose: bool) -> Iterator[str]:
    symbol = click.style(change.action.symbol, fg=_COLORS[change.action], bold=True)
    reason = f"  ({change.reason})" if change.reason else ""
    yield f"{symbol} {click.style(escaped(change.deployment), bold=True)}{click.style(reason, dim=True)}"
    if change.removal is not None:
        yield from (f"    {line}" for line in _removal(change.removal))
    is_brief = change.action is Action.CREATE and not verbose
    for field in headlines(change) if is_brief else change.fields:
        if field.path == "schedules" and is_brief:
            yield from (f"    schedules: {key}" for key in field.after)
        else:
            yield f"    {_field(field, change.action)}"


def _removal(removal: Removal) -> Iterator[str]:
    """What goes with a deployment, as far as there is any."""
    if removal.schedules:
        yield f"schedules: {', '.join(removal.schedules)}"
    if removal.coming:
        yield f"upcoming runs: {removal.coming}, the next at {_time(removal.next)}"
    if removal.last:
        state, moment = removal.last
        yield f"last run: {state} at {_time(moment)}"


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if moment else "an unknown time"


def _field(field: FieldChange, action: Action) -> str:
    if action is Action.CREATE:
        return f"{field.path}: {_shown(field.after)}"
    if field.after is None:
        return f"{field.path}: removed"
    if field.before is None:
        return (
            f"{field.path}: added"
            if isinstance(field.after, dict)
            else f"{field.path}: {_shown(field.after)}"
        )
    return f"{field.path}: {_shown(field.before)} -> {_shown(field.after)}"


def _shown(value: Any) -> str:
    if isinstance(value, Unknown):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_WIDTH else f"{text[: _MAX_WIDTH - 1]}…"
