"""Problems for people: summary, place, the line with a caret, why, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import click

from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.source import Span

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_MAX_WIDTH = 160
_MAX_SHOWN = 100


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Print each problem to standard error; notes that say the same in one line."""
    notes: Counter[str] = Counter()
    shown = 0
    for diagnostic in diagnostics:
        if diagnostic.is_note:
            notes[diagnostic.detail] += 1
            continue
        shown += 1
        for line in lines(diagnostic) if shown <= _MAX_SHOWN else ():
            click.echo(line, err=True)
    if shown > _MAX_SHOWN:
        click.echo(f"… and {shown - _MAX_SHOWN} more; `syntask validate -o json` has them all.\n", err=True)
    for detail, count in notes.items():
        more = f" ({count} deployments)" if count > 1 else ""
        click.echo(f"{click.style('note:', fg='cyan', bold=True)} {escaped(detail)}{more}", err=True)


def lines(diagnostic: Diagnostic) -> Iterator[str]:
    """The lines of one problem."""
    color = _COLORS[diagnostic.severity]
    label = click.style(f"{diagnostic.severity.value}:", fg=color, bold=True)
    yield f"{label} {click.style(diagnostic.summary, bold=True)} [{diagnostic.code}]"
    if diagnostic.span is not None and diagnostic.span.source.text:
        yield from _place(diagnostic.span, color)
        if diagnostic.used is not None:
            yield f"  used at {diagnostic.used}"
    elif diagnostic.span is not None:
        yield f"  --> {diagnostic.span.file}"
    yield from (f"  {escaped(line)}" for line in diagnostic.detail.split("\n"))
    if diagnostic.hint:
        yield f"  {click.style('help:', fg='green')} {escaped(diagnostic.hint)}"
    yield ""


def _place(span: Span, color: str) -> Iterator[str]:
    number = span.line
    text = span.source.line(number)
    start = span.column - 1
    width = max(min(span.end - span.start, len(text) - start), 1)
    skip = max(start - _MAX_WIDTH // 2, 0) if len(text) > _MAX_WIDTH else 0
    shown = _visible(text[skip : skip + _MAX_WIDTH])
    gutter = " " * len(str(number))
    yield f"  --> {span}"
    yield f"  {gutter} |"
    yield f"  {number} | {shown}"
    yield f"  {gutter} | {' ' * (start - skip)}{click.style('^' * min(width, _MAX_WIDTH), fg=color)}"


def _visible(text: str) -> str:
    """The text with what would move the cursor, or hide things, shown as marks of the same width."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for character in text.replace("\t", " ")
    )
