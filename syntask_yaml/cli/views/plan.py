"""A plan as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain, islice

import click

from syntask_yaml.cli.views.escape import cut, escaped
from syntask_yaml.operations.planned_images import PlannedImage
from syntask_yaml.plan.changes import Action, Plan, ResourceChange
from syntask_yaml.plan.resources import SECRET
from syntask_yaml.plan.review import FoldedChange, ReviewSection, review
from syntask_yaml.plan.rows import DRIFT, Row, clock_for, counts, no_changes, resource_rows, rows

ACTION_COLORS = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.RENAME: "yellow",
    Action.DELETE: "red",
    Action.UNCHANGED: None,
}
_IMAGE_COLORS = {"build": "yellow", "pull": "yellow", "unknown": "red"}
_MAX_NAMED = 5
_AT_A_TIME = 1000


def show(plan: Plan, images: Sequence[PlannedImage] = (), *, now: datetime, verbose: bool = False) -> None:
    """Print the changes, and the images to build, to standard output."""
    shown = chain(image_lines(images), lines(plan, now=now, verbose=verbose))
    while several := list(islice(shown, _AT_A_TIME)):  # one call for each line would be slow
        click.echo("\n".join(several))


def image_lines(images: Sequence[PlannedImage]) -> Iterator[str]:
    """Yield the lines of the images: the action, its reason, and the deployments of each."""
    for each in images:
        action = click.style(each.action, fg=_IMAGE_COLORS.get(each.action))
        first, *more = each.deployments
        served = f"{first} and {len(more)} more" if more else first
        shown_line = f"image {click.style(each.image, bold=True)}: {action}, {each.reason}"
        yield f"{shown_line}{click.style(f'  ({served})', dim=True)}"
    if images:
        yield ""


def deletion_lines(plan: Plan) -> Iterator[str]:
    """Yield the lines of the deployments and resources to delete, with what is lost."""
    for section in review(plan):
        for entry in section.entries:
            if entry.first.is_deletion:
                yield from _entry(entry, None)
    for each in plan.resources:
        if each.action is Action.DELETE:
            yield from _resource(each)


def lines(plan: Plan, *, now: datetime, verbose: bool = False) -> Iterator[str]:
    """Yield the lines of the plan: each change with its fields, then the number of each kind.

    Folders are named if there are several.
    """
    sections = review(plan, verbose=verbose)
    clock = clock_for(sections, now)
    for section in sections:
        if len(sections) > 1 and any(section.folders):
            yield click.style(_title(section), bold=True, underline=True)
        for entry in section.entries:
            yield from _entry(entry, clock)
    for each in plan.resources:
        if each.action is not Action.UNCHANGED or verbose:
            yield from _resource(each)
    if not plan.has_changes:
        yield no_changes(plan)
        return
    yield ""
    yield f"Plan for {plan.backend}: {counts(plan)}."
    if any(len(entry.changes) > _MAX_NAMED for section in sections for entry in section.entries):
        yield "Pass `-v` to see every deployment."


def _title(section: ReviewSection) -> str:
    return _listed([f"{folder}/" for folder in section.folders])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return escaped(", ".join(names[:_MAX_NAMED])) + more


def _entry(entry: FoldedChange, now: datetime | None) -> Iterator[str]:
    change, names = entry.first, entry.names
    several = f"{len(names)} deployments: " if len(names) > 1 else ""
    yield _headline(change.action, f"{several}{click.style(_listed(names), bold=True)}", change.reason)
    for row in rows(entry, now):
        yield from _lines(row, change.action)


def _resource(change: ResourceChange) -> Iterator[str]:
    name = f"{change.kind.value} {click.style(escaped(change.name), bold=True)}"
    yield _headline(change.action, name, change.reason)
    for row in resource_rows(change):
        yield from _lines(row, change.action)


def _headline(action: Action, name: str, reason: str) -> str:
    return f"{_symbol(action)} {name}{_remark(reason)}"


@cache
def _symbol(action: Action) -> str:
    return click.style(action.symbol, fg=ACTION_COLORS[action], bold=True)


@lru_cache(maxsize=256)
def _remark(reason: str) -> str:
    return click.style(f"  ({escaped(reason)})" if reason else "", dim=True)


def _lines(row: Row, action: Action) -> Iterator[str]:
    before, after = (text and cut(escaped(text)) for text in (row.before, row.after))
    what = escaped(row.what)
    drift = click.style(f"  ({DRIFT})", fg="magenta") if row.is_drift else ""
    if row.is_remark:
        sides = (("", after),) if before is None else ((" before", before), (" after", after))
        yield from (f"      {what}{side}: {text}" for side, text in sides if text is not None)
    elif action is Action.CREATE or before is None:
        yield f"    {what}: {after}{drift}"
    elif action is Action.DELETE:
        yield f"    {what}: {before}"
    elif after == SECRET:
        yield f"    {what}: {SECRET}"
    else:
        yield f"    {what}: {before} -> {'removed' if after is None else after}{drift}"
