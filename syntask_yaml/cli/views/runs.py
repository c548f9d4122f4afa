"""A run while it goes on, for people."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import click

from syntask_yaml.cli.views.output import say
from syntask_yaml.model.run import LogLine, State, StateType
from syntask_yaml.operations.runs import NotTaken, Seen, StateSeen

STATE_COLORS = {
    StateType.COMPLETED: "green",
    StateType.FAILED: "red",
    StateType.CRASHED: "red",
    StateType.CANCELLED: "yellow",
    StateType.RUNNING: "cyan",
}
_WARNING, _ERROR = 30, 40


def show_watched(seen: Iterable[Seen]) -> State | None:
    """Print log lines to standard output, and all else to standard error; the last state."""
    state: State | None = None
    for each in seen:
        match each:
            case LogLine():
                show_line(each)
            case StateSeen():
                state = each.state
                click.echo(state_text(state), err=True)
            case NotTaken(pool):
                pool_option = f" --pool {shlex.quote(pool)}" if pool else ""
                command = f"syntask worker start{pool_option}"
                say(f"note: No worker has taken it yet. If none is free, `{command}` starts one.")
    return state


def show_line(line: LogLine) -> None:
    """Print a log line: what was written, with the level where it is more than information."""
    color = "red" if line.level >= _ERROR else "yellow" if line.level >= _WARNING else None
    click.echo(click.style(line.message, fg=color))


def state_text(state: State) -> str:
    """A state in one line."""
    name = click.style(state.name, fg=STATE_COLORS.get(state.type), bold=True)
    return f"{name}: {state.message}" if state.message else name
