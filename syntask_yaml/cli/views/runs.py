"""Print the progress of a watched run."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace

import click

from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import moment_text, say
from syntask_yaml.model.run import LogLine, State, StateType, short_id
from syntask_yaml.operations.documents import line_document
from syntask_yaml.operations.runs import NotTaken, Seen, StateSeen

STATE_COLORS = {
    StateType.COMPLETED: "green",
    StateType.FAILED: "red",
    StateType.CRASHED: "red",
    StateType.CANCELLED: "yellow",
    StateType.RUNNING: "cyan",
}
as_raw = click.option(
    "--raw",
    "is_raw",
    is_flag=True,
    help="Print control characters in logs unchanged instead of escaping them on a terminal.",
)
_WARNING, _ERROR = 30, 40


def show_watched(
    seen: Iterable[Seen], *, is_raw: bool = False, show: Callable[[LogLine], None] | None = None
) -> State | None:
    """Print log lines to standard output, and other events to standard error. Return the last state.

    *show* prints a line; by default its message is printed.
    """
    state: State | None = None
    for each in seen:
        match each:
            case LogLine():
                show(each) if show else show_line(each, is_raw=is_raw)
            case StateSeen():
                state = each.state
                click.echo(state_text(state), err=True)
            case NotTaken(id):
                say(f"note: No worker has claimed the run yet. Run `syntask why {short_id(id)}` to see why.")
    return state


def show_line(line: LogLine, *, is_raw: bool = False) -> None:
    """Print a log line, in the color of its level; on a terminal escaped, unless *is_raw*."""
    color = "red" if line.level >= _ERROR else "yellow" if line.level >= _WARNING else None
    message = line.message if is_raw or not sys.stdout.isatty() else escaped(line.message)
    click.echo(click.style(message, fg=color))


def show_log_line(line: LogLine, *, is_raw: bool = False) -> None:
    """Print a log line with its time and level."""
    head = f"{moment_text(line.timestamp)}  {logging.getLevelName(line.level):<8}  "
    show_line(replace(line, message=head + line.message), is_raw=is_raw)


def print_as_json(line: LogLine) -> None:
    """Print a log line as one line of JSON."""
    click.echo(json.dumps(line_document(line), ensure_ascii=False))


def state_text(state: State) -> str:
    """Return a state in one line."""
    name = click.style(escaped(state.name), fg=STATE_COLORS.get(state.type), bold=True)
    return f"{name}: {escaped(state.message)}" if state.message else name
