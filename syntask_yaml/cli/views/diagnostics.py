"""Diagnostics as text, with the source line and a caret, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import click

from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.source import Span

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_MAX_WIDTH = 160
_MAX_SHOWN = 100
_MAX_NAMED = 5

# Problems with one cause elsewhere, however often the file refers to it.
_CAUSED_ELSEWHERE = frozenset(
    {
        "flow-not-found",
        "idle-work-pool",
        "invalid-entrypoint",
        "load-failed",
        "merge-not-mapping",
        "missing-parameter",
        "needs-server",
        "no-parameter-schema",
        "no-pull",
        "no-work-pool",
        "undefined-alias",
        "unknown-block",
        "unknown-work-pool",
        "unserved-work-pool",
        "unset-name",
    }
)


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Print each problem to standard error; equal notes are merged on one line."""
    notes: Counter[str] = Counter()
    shown = 0
    for diagnostic, *others in by_cause(diagnostics):
        if diagnostic.is_note:
            notes[diagnostic.detail] += 1 + len(others)
            continue
        shown += 1
        for line in lines(diagnostic, others) if shown <= _MAX_SHOWN else ():
            click.echo(line, err=True)
    if shown > _MAX_SHOWN:
        click.echo(f"… and {shown - _MAX_SHOWN} more. Pass `-o json` to see them all.\n", err=True)
    for detail, count in notes.items():
        more = f" ({count} deployments)" if count > 1 else ""
        click.echo(f"{click.style('note:', fg='cyan', bold=True)} {escaped(detail)}{more}", err=True)


def by_cause(diagnostics: Iterable[Diagnostic]) -> list[list[Diagnostic]]:
    """Return the problems grouped by cause, in order of first occurrence."""
    groups: dict[Hashable, list[Diagnostic]] = {}
    for each in diagnostics:
        place = None if each.is_note or each.code in _CAUSED_ELSEWHERE else each.span or each.path
        groups.setdefault((each.code, each.severity, each.detail, each.hint, place), []).append(each)
    return list(groups.values())


def causes(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the first problem of each cause, with the deployments and targets of all of them."""
    return [
        replace(group[0], entries=_entries(group), targets=_targets(group)) for group in by_cause(diagnostics)
    ]


def lines(diagnostic: Diagnostic, others: Sequence[Diagnostic] = ()) -> Iterator[str]:
    """Yield the lines of one problem; *others* have the same cause."""
    color = _COLORS[diagnostic.severity]
    label = click.style(f"{diagnostic.severity.value}:", fg=color, bold=True)
    yield f"{label} {click.style(diagnostic.summary, bold=True)} [{diagnostic.code}]"
    if diagnostic.span is not None and diagnostic.span.source.text:
        yield from _place(diagnostic.span, color)
        if diagnostic.used is not None:
            yield f"  used at {diagnostic.used}"
    elif diagnostic.span is not None:
        yield f"  --> {diagnostic.span.file}"
    if diagnostic.detail:
        yield from (f"  {escaped(line)}" for line in diagnostic.detail.split("\n"))
    if diagnostic.hint:
        yield f"  {click.style('help:', fg='green')} {escaped(diagnostic.hint)}"
    yield from _touched([diagnostic, *others])
    yield ""


def _touched(diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    """Yield the affected deployments, if there are several, and the affected targets, if not all are."""
    names = _entries(diagnostics)
    if len(names) > 1:
        yield f"  in {escaped(deployments_in_words(names))}"
    places = list(dict.fromkeys(str(each.span) for each in diagnostics if each.span is not None))
    if not names and len(places) > 1:
        yield f"  also at {_listed(places[1:])}"
    if targets := _targets(diagnostics):
        yield f"  in {escaped(targets_in_words(targets))}"


def with_deployments(diagnostic: Diagnostic) -> str:
    """Return the detail of a problem with the affected deployments and targets, if there are several."""
    sentences = [diagnostic.detail]
    if len(diagnostic.entries) > 1:
        sentences.append(f"In {deployments_in_words(diagnostic.entries)}.")
    if diagnostic.targets:
        sentences.append(f"In {targets_in_words(diagnostic.targets)}.")
    return " ".join(filter(None, sentences))


def targets_in_words(names: Sequence[str]) -> str:
    """Return the targets *names* on one line."""
    return f"the target{'s' if len(names) > 1 else ''} {', '.join(f'`{name}`' for name in names)}"


def deployments_in_words(names: Sequence[str]) -> str:
    """Return the number of deployments in *names*, and the first of them, on one line."""
    return f"{len(names)} deployments: {_listed([f'`{name}`' for name in names])}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return ", ".join(names[:_MAX_NAMED]) + more


def _entries(diagnostics: Iterable[Diagnostic]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in diagnostics for name in each.entries))


def _targets(diagnostics: Iterable[Diagnostic]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in diagnostics for name in each.targets))


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
    """Return the text with symbols for characters that move the cursor or hide text."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for character in text.replace("\t", " ")
    )


def encode(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return a problem as JSON."""
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "summary": diagnostic.summary,
        "detail": diagnostic.detail,
        "hint": diagnostic.hint,
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "path": list(diagnostic.path),
        **({"deployments": list(diagnostic.entries)} if diagnostic.entries else {}),
        **({"targets": list(diagnostic.targets)} if diagnostic.targets else {}),
    }
