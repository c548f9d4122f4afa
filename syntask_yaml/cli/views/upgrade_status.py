"""The active schedules of both servers, and the results of a switch, as text and JSON."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import print_json, print_table
from syntask_yaml.operations.documents import document
from syntask_yaml.upgrade.journal import Phase
from syntask_yaml.upgrade.status import Position, Where
from syntask_yaml.upgrade.switch import Switched

_MOST_LISTED = 5
_COLUMNS = ("Deployment", "Schedules on", "Next on the old server", "Last there")


def show(found: Sequence[Position], old_url: str, new_url: str) -> None:
    """Print a table, and the problems to standard error."""
    click.echo(f"old: {old_url}\nnew: {new_url}\n")
    print_table(_COLUMNS, map(_row, found), empty="The old server has no deployments.")
    for each in found:
        if each.where is Where.BOTH:
            text = f"`{escaped(each.old_name)}` schedules on both servers, so each run starts twice."
            hint = f"Run `syntask upgrade switch {_words(each)}`."
            click.echo(f"{click.style('error:', fg='red', bold=True)} {text} {escaped(hint)}", err=True)
        elif each.phase in (Phase.SWITCHING, Phase.GOING_BACK):
            text = f"`{escaped(each.old_name)}` was interrupted while {each.phase.value}."
            hint = "Run `syntask upgrade switch` to finish, or `syntask upgrade back` to undo."
            click.echo(f"{click.style('warning:', fg='yellow', bold=True)} {text} {hint}", err=True)


def _words(position: Position) -> str:
    is_other = position.new_name not in ("", position.old_name)
    return f"{position.new_name} --old {position.old_name}" if is_other else position.old_name


def _row(position: Position) -> tuple[str, ...]:
    last = position.last_run
    shown = f"{_time(last.due)} {last.state.lower()}" if last else ""
    is_other = position.new_name not in ("", position.old_name)
    name = f"{position.old_name} -> {position.new_name}" if is_other else position.old_name
    return (name, position.where.value, ", ".join(map(_time, position.next_runs[:1])), shown)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}Z"


def print_document(found: Sequence[Position], old_url: str, new_url: str) -> None:
    """Print one JSON document."""
    content = {"old": old_url, "new": new_url, "deployments": [_encode(each) for each in found]}
    print_json(document("upgrade-status", content))


FORMATS: Mapping[str, Callable[[Sequence[Position], str, str], None]] = {"text": show, "json": print_document}


def _encode(position: Position) -> dict[str, Any]:
    last = position.last_run
    return {
        "deployment": position.old_name,
        "new_deployment": position.new_name or None,
        "schedules_on": position.where.value,
        "switch": position.phase.value if position.phase else None,
        "next_runs": list(position.next_runs),
        "last_run": {"id": last.id, "due": last.due, "state": last.state} if last else None,
    }


def show_switched(switched: Switched, *, is_back: bool) -> None:
    """Print the result for one deployment, and the commands for runs that were missed."""
    entry = switched.entry
    name, url = (entry.old_name, entry.old_url) if is_back else (entry.name, entry.new_url)
    verb = "schedules on" if switched.is_done else "already schedules on"
    click.echo(f"{escaped(name)} {verb} {escaped(url)}.")
    if not switched.missed:
        return
    listed = ", ".join(map(_time, switched.missed[:_MOST_LISTED]))
    more = f" and {len(switched.missed) - _MOST_LISTED} more" if len(switched.missed) > _MOST_LISTED else ""
    text = f"These runs were due and did not start on either server: {listed}{more}."
    click.echo(f"{click.style('warning:', fg='yellow', bold=True)} {text}", err=True)
    program = f"PREFECT_API_URL={url} prefect" if is_back else "syntask"
    command = f"{program} deployment run {shlex.quote(name)}"
    click.echo(f"  {click.style('help:', fg='green')} Run `{escaped(command)}`.", err=True)


def encode_switched(switched: Switched, *, is_back: bool) -> dict[str, Any]:
    """Return the result for one deployment as JSON."""
    entry = switched.entry
    return {
        "deployment": entry.name,
        "old_deployment": entry.old_name,
        "schedules_on": "old" if is_back else "new",
        "changed": switched.is_done,
        "missed": list(switched.missed),
    }
