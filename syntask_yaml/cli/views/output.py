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

# Wide enough to keep cells on one line when a program reads the table.
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
    """Print rows under their headings, or, if there are none, print *empty* to standard error."""
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


# Characters that a table would display as several lines or characters.
_BREAKS = re.compile(r"[\n\t]")


def _lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows with aligned cells."""
    from rich.cells import cell_len

    sizes = [[cell_len(cell) for cell in row] for row in rows]
    widths = [max(column) for column in zip(*sizes, strict=True)]
    for row, size in zip(rows, sizes, strict=True):
        yield "  ".join(
            cell + " " * (width - own) for cell, own, width in zip(row, size, widths, strict=True)
        )


def _print_fitted(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table in which long cells are wrapped to the width of the terminal."""
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
    """Return a local time; empty for None, and in UTC if there is no such local time."""
    if moment is None:
        return ""
    with suppress(OverflowError):
        moment = moment.astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def moment_text(moment: datetime) -> str:
    """Return a time as `when` does, with milliseconds."""
    return f"{when(moment)}.{moment.microsecond // 1000:03}"


# Continue if messages cannot be written: the disk of a log may be full, or its reader gone.
UNHEARD = suppress(OSError)


def say(text: str) -> None:
    """Print a message to standard error. Failures to write it are ignored."""
    with UNHEARD:
        click.echo(escaped(text), err=True)
