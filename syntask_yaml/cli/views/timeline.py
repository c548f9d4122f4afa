"""A run timeline as bars in the width of the terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import click

from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import moment_text, when
from syntask_yaml.cli.views.runs import STATE_COLORS
from syntask_yaml.cli.views.signs import signs_of
from syntask_yaml.model.duration import duration_text
from syntask_yaml.model.run import WORST_FIRST, StateType
from syntask_yaml.operations.timeline import Bar, Span, Timeline

# Columns of names and of bars, if the width of the terminal is unknown.
_LONGEST_NAME, _NARROWEST, _WIDTH = 32, 20, 100


def print_timeline(shown: Timeline) -> None:
    """Print a line for each bar, below the start and the end time."""
    signs = signs_of(sys.stdout.encoding)
    texts = [_text(bar) for bar in shown.bars]
    names = [_name(bar) for bar in shown.bars]
    longest = max(map(len, names))
    width = shutil.get_terminal_size((_WIDTH, 24)).columns
    columns = max(_NARROWEST, width - longest - max(map(len, texts)) - 8)
    click.echo(_axis(shown.span, " " * (longest + 3), columns))
    for bar, name, text in zip(shown.bars, names, texts, strict=True):
        state = _state(bar)
        sign = click.style(signs.states.get(state, signs.other), fg=STATE_COLORS.get(state))
        drawn = click.style(_drawn(bar, shown.span, columns, signs.levels), fg=STATE_COLORS.get(state))
        click.echo(f"{sign} {name:<{longest}} {signs.edge}{drawn}{signs.edge} {text}")


def encode_timeline(shown: Timeline) -> dict[str, Any]:
    """Return a timeline as JSON."""
    return {"started": shown.span[0], "ended": shown.span[1], "bars": [_encode(bar) for bar in shown.bars]}


def _encode(bar: Bar) -> dict[str, Any]:
    return {
        "name": bar.name,
        "kind": bar.kind,
        "depth": bar.depth,
        "count": bar.count,
        "states": {state.value: number for state, number in bar.states.items()},
        "started": min((start for start, _ in bar.spans), default=None),
        "ended": max((end for _, end in bar.spans), default=None),
        "seconds": _busy(bar).total_seconds(),
        "most_at_once": bar.most_at_once,
    }


def _axis(span: Span, indent: str, columns: int) -> str:
    start, end = moment_text(span[0]), when(span[1])[11:]
    took = f"{end} ({duration_text(span[1] - span[0])})"
    return f"{indent}{start}{took:>{max(columns + 2 - len(start), len(took) + 1)}}"


def _name(bar: Bar) -> str:
    name = "  " * bar.depth + escaped(bar.label).replace("\n", "\\n")
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _text(bar: Bar) -> str:
    """Return the duration; for several runs, their number, states and maximum concurrency."""
    if bar.count == 1:
        return duration_text(_busy(bar)) if bar.spans else _state(bar).value.capitalize()
    states = ", ".join(
        f"{bar.states[state]:,} {state.value.lower()}"
        for state in reversed(WORST_FIRST)
        if state in bar.states
    )
    return f"{states}; {bar.most_at_once:,} at a time"


def _state(bar: Bar) -> StateType:
    return next(state for state in WORST_FIRST if bar.states.get(state))


def _busy(bar: Bar) -> timedelta:
    return sum((end - start for start, end in bar.spans), timedelta())


def _drawn(bar: Bar, span: Span, columns: int, levels: str) -> str:
    """Return the bar, for several runs with a height by their number."""
    loads = list(_loads(bar.spans, span, columns))
    if bar.count == 1:
        return "".join(levels[-1] if load else " " for load in loads)
    most = max(loads)
    return "".join(
        levels[min(int(load / most * len(levels)), len(levels) - 1)] if load else " " for load in loads
    )


def _loads(spans: Sequence[Span], whole: Span, columns: int) -> Iterator[float]:
    """Yield the average number of *spans* in each of the columns of *whole*."""
    start, length = whole[0], (whole[1] - whole[0]).total_seconds() or 1.0
    parts = [0.0] * columns
    changes = [0] * (columns + 1)
    for begin, end in spans:
        first, last = ((moment - start).total_seconds() / length * columns for moment in (begin, end))
        left, right = (min(max(int(place), 0), columns - 1) for place in (first, last))
        if left == right:
            parts[left] += max(last - first, 0.01)  # keeps runs without a duration visible
            continue
        parts[left] += left + 1 - first
        parts[right] += last - right
        changes[left + 1] += 1
        changes[right] -= 1
    current = 0
    for part, change in zip(parts, changes[:-1], strict=True):
        current += change
        yield part + current
