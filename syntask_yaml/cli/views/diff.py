"""The differences between the declarations of two states, as text, Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from syntask_yaml.cli.views.escape import cut, escaped
from syntask_yaml.cli.views.markdown import COMMENT, code, fitted, table
from syntask_yaml.cli.views.plan import ACTION_COLORS
from syntask_yaml.model.value import Value
from syntask_yaml.operations.difference import DeclarationDiff
from syntask_yaml.plan.changes import Action, Change, FieldChange
from syntask_yaml.plan.codec import encode_changes

_VERBS = {
    Action.CREATE: "new",
    Action.UPDATE: "changed",
    Action.RENAME: "renamed",
    Action.DELETE: "removed",
    Action.UNCHANGED: "unchanged",
}
_SHORT = 10
_CUT = "**There is more than this page may hold. Run `syntask diff` to see all of it.**"


def show(difference: DeclarationDiff) -> None:
    """Print the differences to standard output."""
    for change in difference.changes:
        symbol = click.style(change.action.symbol, fg=ACTION_COLORS[change.action], bold=True)
        reason = f"  ({change.reason})" if change.reason else ""
        click.echo(f"{symbol} {click.style(escaped(change.deployment), bold=True)}{escaped(reason)}")
        for field in change.fields:
            click.echo(f"    {escaped(field.path)}: {_sides(change, field)}")
    if difference.changes:
        click.echo()
    click.echo(_total(difference))


def as_document(difference: DeclarationDiff) -> dict[str, Any]:
    """Return the content of the JSON document; without *after*, for the working tree."""
    return {
        "project": difference.project,
        "before": difference.before,
        "after": difference.after,
        "summary": {action.value: count for action, count in difference.summary.items()},
        "changes": encode_changes(difference.changes),
    }


def as_markdown(difference: DeclarationDiff) -> str:
    """Return a page that fits into a pull request comment."""
    return fitted(_page(difference), COMMENT, _CUT)


def _page(difference: DeclarationDiff) -> Iterator[str]:
    yield f"### Declarations of {code(difference.project)}"
    yield ""
    yield _total(difference)
    yield ""
    if difference.changes:
        columns = ("", "Deployment", "Field", "Before", "After")
        yield from table(columns, (row for each in difference.changes for row in _rows(each)))


def _rows(change: Change) -> Iterator[tuple[str, ...]]:
    lead = (code(change.action.symbol), code(change.deployment))
    for field in change.fields:
        yield *lead, code(field.path), code(_text(field.before)), code(_text(field.after))
        lead = ("", "")


def _total(difference: DeclarationDiff) -> str:
    counts = ", ".join(f"{count} {_VERBS[action]}" for action, count in difference.summary.items())
    after = "now" if difference.after is None else difference.after[:_SHORT]
    return f"Deployments from {difference.before[:_SHORT]} to {after}: {counts}."


def _sides(change: Change, field: FieldChange) -> str:
    before, after = (cut(escaped(_text(side))) for side in (field.before, field.after))
    if change.action is Action.CREATE or field.before is None:
        return after
    if change.action is Action.DELETE:
        return before
    return f"{before} -> {after or 'removed'}"


def _text(value: Value) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)
