"""An upgrade as text, JSON and Markdown."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from syntask_yaml.cli.views import diagnostics
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.markdown import NO_LIMIT, TextLimit, fitted
from syntask_yaml.cli.views.output import print_table
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.operations.documents import document, json_default
from syntask_yaml.upgrade.result import DeploymentResult, FileChange, Upgrade
from syntask_yaml.upgrade.secrets import hide_in_text

_COLORS = {"+": "green", "-": "red", "@": "cyan"}
_CUT = "**There is more than this page may hold. Pass `--report FILE` to see all of it.**"
_COLUMNS = ("File", "Deployment", "Work pool", "Result")


@dataclass(frozen=True, slots=True)
class Shown:
    """The display options of an upgrade. *words* are the arguments of the command that writes it."""

    words: Sequence[str]
    is_written: bool
    with_diff: bool
    quiet: bool


def show(upgrade: Upgrade, shown: Shown) -> None:
    """Print the results: problems to standard error, the rest to standard output."""
    if upgrade.results and not shown.quiet:
        print_table(_COLUMNS, map(_row, upgrade.results), empty="")
        click.echo()
    diagnostics.show(each for each in upgrade.diagnostics if not (shown.quiet and each.is_note))
    for change in upgrade.changes if shown.with_diff else ():
        _show_difference(change)
    for line in () if shown.quiet else _last_lines(upgrade, shown):
        click.echo(line)


def _last_lines(upgrade: Upgrade, shown: Shown) -> Iterator[str]:
    if shown.is_written:
        for change in upgrade.changes:
            yield f"{'Deleted' if change.after is None else 'Wrote'} {escaped(change.shown)}"
    yield upgrade.summary
    steps = list(upgrade.next_steps)
    if upgrade.changes and not shown.is_written:
        command = shlex.join(["syntask", "upgrade", *shown.words, "--write"])
        steps.insert(0, ("Write the changes above", command))
    if steps:
        yield "\nNext steps:"
    for number, (what, command) in enumerate(steps, 1):
        yield f"  {number}. {escaped(what)}:"
        yield f"       {escaped(command)}"


def _row(result: DeploymentResult) -> tuple[str, str, str, str]:
    return _file(result), result.converted.full_name, _pool(result), result.status.value


def _file(result: DeploymentResult) -> str:
    span = result.converted.source.root.span
    return f"{span.file}:{span.line}" if span.source.text else span.file


def _pool(result: DeploymentResult) -> str:
    pool = result.entry.get("work_pool")
    return str(pool.get("name", "")) if isinstance(pool, dict) else ""


def _show_difference(change: FileChange) -> None:
    for line in change.difference.splitlines():
        click.secho(escaped(line), fg=_COLORS.get(line[:1]))
    click.echo()


def as_document(upgrade: Upgrade, *, is_written: bool) -> dict[str, Any]:
    """Return the document of `upgrade --output json`, without secrets."""
    return document("upgrade", _content(upgrade, is_written=is_written))


def as_report(upgrade: Upgrade, path: Path, *, is_written: bool) -> str:
    """Return the text of the report at *path*: JSON for `.json`, and otherwise Markdown."""
    if path.suffix.lower() != ".json":
        return as_markdown(upgrade)
    content = as_document(upgrade, is_written=is_written)
    return f"{json.dumps(content, indent=2, ensure_ascii=False, default=json_default)}\n"


def _content(upgrade: Upgrade, *, is_written: bool) -> dict[str, Any]:
    return {
        "summary": upgrade.summary,
        "written": is_written,
        "deployments": [_deployment(each) for each in upgrade.results],
        "work_pools": [
            {
                "name": pool.name,
                "type": pool.type,
                "deployments": pool.deployments,
                "work_queues": pool.queues,
                "base_job_template": pool.file if pool.template else None,
                "command": pool.command,
            }
            for pool in upgrade.pools
        ],
        "blocks": [
            {"type": block.type, "name": block.name, "command": block.command or None}
            for block in upgrade.blocks
        ],
        "commands": [
            {
                "file": answer.command.span.file,
                "line": answer.command.span.line,
                "command": answer.command.verb,
                "rewritten": answer.text and hide_in_text(answer.text),
            }
            for answer in upgrade.answers
        ],
        "flows": [
            {"file": each.shown, "functions": [flow.function for flow in each.flows], "todos": each.todos}
            for each in upgrade.flows
        ],
        "files": [
            {"file": change.shown, "action": _action(change), "diff": change.difference}
            for change in upgrade.changes
        ],
        "diagnostics": [diagnostics.encode(each) for each in upgrade.diagnostics],
        "next_steps": [{"what": what, "command": command} for what, command in upgrade.next_steps],
    }


def _action(change: FileChange) -> str:
    if change.before is None:
        return "create"
    return "delete" if change.after is None else "update"


def _deployment(result: DeploymentResult) -> dict[str, Any]:
    span = result.converted.source.root.span
    return {
        "deployment": result.converted.full_name,
        "file": span.file,
        "line": span.line,
        "result": result.status.value,
        "entry": result.entry,
        "fields": [
            {"path": list(outcome.path), "outcome": outcome.kind.value, "note": outcome.note}
            for outcome in result.converted.outcomes
        ],
    }


def as_markdown(upgrade: Upgrade, limit: TextLimit = NO_LIMIT) -> str:
    """Return the report as a page, for a pull request."""
    return fitted(_page(upgrade), limit, _CUT)


def _page(upgrade: Upgrade) -> Iterator[str]:
    yield f"# From agents to workers\n\n{upgrade.summary}\n"
    if upgrade.results:
        yield from _table(_COLUMNS, map(_row, upgrade.results))
    unresolved = upgrade.unresolved
    if unresolved:
        yield "## To look at\n"
        yield from map(_item, unresolved)
        yield ""
    if upgrade.next_steps:
        yield "## Next steps\n"
        yield from (
            f"{number}. {what}: `{command}`" for number, (what, command) in enumerate(upgrade.next_steps, 1)
        )
        yield ""
    if upgrade.results:
        yield "## Fields\n"
        yield from _table(("Deployment", "Field", "Outcome", "Where or why"), _fields(upgrade))


def _fields(upgrade: Upgrade) -> Iterator[tuple[str, ...]]:
    for result in upgrade.results:
        for outcome in result.converted.outcomes:
            path = ".".join(map(str, outcome.path))
            yield result.converted.full_name, path, outcome.kind.value, outcome.note


def _item(problem: Diagnostic) -> str:
    place = f"`{problem.span}`: " if problem.span else ""
    return f"- {place}{_cell(problem.detail)} {_cell(problem.hint)} (`{problem.code}`)"


def _table(columns: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    yield from (f"| {' | '.join(map(_cell, row))} |" for row in rows)
    yield ""


def _cell(text: str) -> str:
    return escaped(" ".join(text.split())).replace("|", "\\|")
