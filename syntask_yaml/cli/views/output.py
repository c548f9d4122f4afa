"""Print text and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output_format import OutputFormat, note_printed
from syntask_yaml.operations.documents import json_default

if TYPE_CHECKING:
    from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])

# Wide enough that no cell is broken where a program reads the table.
_UNBROKEN = 10_000

as_json = click.option(
    "-o",
    "--output",
    type=OutputFormat(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format.",
)


def print_json(content: Any) -> None:
    """Print JSON to standard output."""
    note_printed()
    click.echo(json.dumps(content, indent=2, ensure_ascii=False, default=json_default))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Print rows under their headings, or, where there are none, say *empty* on standard error."""
    rows = list(rows)
    if not rows:
        click.echo(empty, err=True)
        return
    from rich.console import Console

    cells = [tuple(map(escaped, row)) for row in rows]
    color = click.get_current_context().color
    console = Console(no_color=color is False, force_terminal=True if color else None, highlight=False)
    if console.is_terminal or any(_BREAKS.search(cell) for row in cells for cell in row):
        _print_fitted(console, columns, cells)
    else:
        for line in _lines([tuple(columns), *cells]):
            click.echo(line)


# What a table shows on several lines, or as several characters.
_BREAKS = re.compile(r"[\n\t]")


def _lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with their cells under each other."""
    from rich.cells import cell_len

    sizes = [[cell_len(cell) for cell in row] for row in rows]
    widths = [max(column) for column in zip(*sizes, strict=True)]
    for row, size in zip(rows, sizes, strict=True):
        yield "  ".join(
            cell + " " * (width - own) for cell, own, width in zip(row, size, widths, strict=True)
        )


def _print_fitted(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table in which long cells are broken where they do not fit on the terminal."""
    from rich.table import Table
    from rich.text import Text

    if not console.is_terminal:
        console.width = _UNBROKEN
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def when(moment: datetime | None) -> str:
    """A time as people on this machine read it; empty for none, and in UTC where it has no such time."""
    if moment is None:
        return ""
    with suppress(OverflowError):
        moment = moment.astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def moment_text(moment: datetime) -> str:
    """Return a time as `when` has it, with its milliseconds."""
    return f"{when(moment)}.{moment.microsecond // 1000:03}"


# What is done goes on without what is said of it: the disk of a log can be full, or its reader gone.
UNHEARD = suppress(OSError)


def say(text: str) -> None:
    """A line for people, on standard error. Where it cannot be written, nothing else fails for that."""
    with UNHEARD:
        click.echo(escaped(text), err=True)
