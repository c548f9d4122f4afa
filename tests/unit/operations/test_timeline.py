"""Timelines: a bar for each task run and subflow run, or one for all of a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syntask_yaml.errors import NotFound
from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.run import Run, State, StateType
from syntask_yaml.operations.timeline import MOST_BARS, Bar, timeline

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def run(state: StateType = StateType.COMPLETED, **fields: Any) -> Run:
    times = {"started": START, "ended": at(10) if state.is_final else None}
    given = {**times, **fields}
    return Run(
        id="r", name="calm-owl", flow="etl", deployment_id=None, deployment=None, state=State(state), **given
    )


def child(id: str, start: float | None, end: float | None, **fields: Any) -> ChildRun:
    known: dict[str, Any] = {
        "kind": "task",
        "of": id.partition("-")[0],
        "name": id,
        "state": State(StateType.RUNNING if end is None else StateType.COMPLETED),
        "changed": START,
    }
    times = {"started": None if start is None else at(start), "ended": None if end is None else at(end)}
    return ChildRun(**{**known, **times, "id": id, **fields})


def shape(bars: tuple[Bar, ...]) -> list[tuple[int, str, int]]:
    return [(bar.depth, bar.name, bar.count) for bar in bars]


def test_a_subflow_is_followed_by_its_parts() -> None:
    """In the order of their start, whatever the order in which they were heard of."""
    inner = child("inner", 2, 9, kind="flow")
    children = [child("last", 9, 10), child("part", 3, 4, parent="inner"), inner, child("first", 0, 1)]

    assert shape(timeline(run(), children, at(10)).bars) == [
        (0, "etl", 1),
        (1, "first", 1),
        (1, "inner", 1),
        (2, "part", 1),
        (1, "last", 1),
    ]


def test_what_goes_on_ends_now() -> None:
    """What has not begun has no span, and what came from a cache is a moment."""
    children = [child("a", 1, None), child("b", None, None), child("c", None, 4)]
    shown = timeline(run(StateType.RUNNING), children, at(6))

    assert shown.span == (START, at(6))
    spans = {bar.name: bar.spans for bar in shown.bars}
    assert spans == {"etl": ((START, at(6)),), "a": ((at(1), at(6)),), "b": (), "c": ((at(4), at(4)),)}


def test_many_are_folded_by_name_at_each_depth() -> None:
    """With their states; subflows of a name and their parts, too."""
    flows = [child(f"flow-{number}", number, number + 1, kind="flow") for number in range(3)]
    failed = State(StateType.FAILED)
    parts = [
        child(f"load-{number}", number / 10, number / 10 + 0.25, parent=f"flow-{number % 3}")
        for number in range(MOST_BARS)
    ]
    parts[7] = child("load-7", 0.7, 0.95, parent="flow-1", state=failed)
    shown = timeline(run(), [*flows, *parts], at(10))

    assert shape(shown.bars) == [(0, "etl", 1), (1, "flow", 3), (2, "load", 50)]
    assert shown.bars[2].states == {StateType.COMPLETED: 49, StateType.FAILED: 1}
    assert (shown.bars[1].most_at_once, shown.bars[2].most_at_once) == (1, 3)
    assert len(timeline(run(), [*flows, *parts], at(10), is_whole=True).bars) == 54


@pytest.mark.parametrize("parent", ["gone", "self"])
def test_what_is_part_of_nothing_is_part_of_the_run_or_left_out(parent: str) -> None:
    """Flow code can say anything."""
    shown = timeline(run(), [child("self", 1, 2, parent=parent)], at(10))

    assert shape(shown.bars)[1:] == ([(1, "self", 1)] if parent == "gone" else [])


def test_a_run_that_has_not_begun_has_none() -> None:
    with pytest.raises(NotFound, match="has not begun"):
        timeline(run(StateType.SCHEDULED, started=None), [], at(10))
