"""A timeline on a terminal, and where nothing but ASCII can be printed."""

from __future__ import annotations

import io
import sys

import pytest

from syntask_yaml.cli.views.timeline import encode_timeline, print_timeline
from syntask_yaml.model.duration import duration_text
from syntask_yaml.model.run import State, StateType
from syntask_yaml.operations.timeline import Timeline, timeline
from tests.unit.operations.test_timeline import at, child, run

FEW = [
    child("extract", 0, 2),
    child("inner", 2, 8, kind="flow", state=State(StateType.FAILED)),
    child("load-1", 2, 5, parent="inner"),
    child("load-2", 4, 8, parent="inner", state=State(StateType.FAILED)),
    child("\x1b[31mreport\n", None, None, state=State(StateType.PENDING)),
]
DRAWN = [
    "✓ etl                │███████████████████████████│ 10.0 s",
    "✓   extract          │██████                     │ 2.0 s",
    "·   \\x1b[31mreport\\n │                           │ Pending",
    "✗   inner (inner)    │     █████████████████     │ 6.0 s",
    "✓     load-1         │     █████████             │ 3.0 s",
    "✗     load-2         │          ████████████     │ 4.0 s",
]
MANY = [child(f"load-{number}", number / 20, number / 20 + 0.2) for number in range(80)]
FOLDED = [
    "+ etl    |#####################| 10.0 s",
    "+   load |%#######+            | 80 completed; 4 at a time",
]


def printed(shown: Timeline, monkeypatch: pytest.MonkeyPatch, encoding: str) -> list[str]:
    """The lines below the one with the times, on a terminal of 60 columns."""
    monkeypatch.setenv("COLUMNS", "60")
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    print_timeline(shown)
    out.flush()
    return out.buffer.getvalue().decode(encoding).splitlines()[1:]


def test_bars_are_drawn_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(timeline(run(), FEW, at(10)), monkeypatch, "utf-8") == DRAWN


def test_many_are_as_high_as_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the terminal has no such characters, others stand for them."""
    assert printed(timeline(run(), MANY, at(10)), monkeypatch, "ascii") == FOLDED


def test_a_timeline_as_json() -> None:
    shown = encode_timeline(timeline(run(), MANY, at(10)))

    bar = shown["bars"][1]
    assert (bar["name"], bar["count"], bar["states"], bar["most_at_once"]) == (
        "load",
        80,
        {"COMPLETED": 80},
        4,
    )
    assert (bar["started"], bar["ended"], round(bar["seconds"], 3)) == (at(0), at(79 / 20 + 0.2), 16.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 ms"),
        (0.00041, "0.4 ms"),
        (0.0174, "17 ms"),
        (2.54, "2.5 s"),
        (59.99, "60.0 s"),
        (60, "1 min 0 s"),
        (247, "4 min 7 s"),
        (12_000, "3 h 20 min"),
    ],
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration_text(at(seconds) - at(0)) == text
