"""Changes of task runs and subflow runs: what a run may write, and how many of them wait."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syntask._runs.tracking import ChildChange
from syntask_yaml.model.run import StateType
from syntask_yaml.worker.children import WaitingChildren
from syntask_yaml.worker.protocol import Report

CHANGE = ChildChange("1", "task", "load-0", "load", "RUNNING", "Running", 5.0)


def test_a_change_comes_back_as_it_was_written() -> None:
    """In few bytes: there are two for each task."""
    change = CHANGE._replace(message="né\ud83d", attempt=2, parent="7", upstream=("3", "4"))
    (line,) = Report("child", child=change).encode()

    assert Report.decode(line) == Report("child", child=change)
    assert len(line) < 150


def test_what_is_long_comes_in_several_writes() -> None:
    change = CHANGE._replace(message="x" * 9000)

    assert len(list(Report("child", child=change).encode())) > 1


@pytest.mark.parametrize(
    "fields",
    [
        None,
        7,
        {},
        [],
        "load",
        [*CHANGE[:6]],
        [*CHANGE, "more"],
        [*CHANGE._replace(kind="moo")],
        [*CHANGE._replace(state="MOO")],
        [*CHANGE._replace(id="")],
        [*CHANGE._replace(id="1" * 101)],
        [*CHANGE._replace(id="\ud83d")],
        [*CHANGE._replace(parent="\ud83d")],
        [*CHANGE._replace(at=-1.0)],
        [*CHANGE._replace(at=float("nan"))],
        [*CHANGE._replace(at=1e20)],
        [*CHANGE._replace(at="now")],  # type: ignore[arg-type]
        [*CHANGE._replace(name=None)],  # type: ignore[arg-type]
        [*CHANGE._replace(attempt="1")],  # type: ignore[arg-type]
        [*CHANGE._replace(upstream=7)],  # type: ignore[arg-type]
        [*CHANGE._replace(upstream=[7])],  # type: ignore[arg-type]
        [*CHANGE._replace(parent=7)],  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_what_is_no_change_is_damaged(fields: Any) -> None:
    """The code of a run can write anything."""
    line = json.dumps({"kind": "child", "child": fields}).encode()

    assert Report.decode(line) == Report("damaged", line.decode())


def test_of_each_child_the_last_state_waits() -> None:
    """With when it first ran."""
    waiting = WaitingChildren()
    for change in (CHANGE, CHANGE._replace(id="2"), CHANGE._replace(state="FAILED", state_name="", at=9.0)):
        assert waiting.add(change)

    failed, running = waiting.all()
    assert (failed.state.type, failed.state.name) == (StateType.FAILED, "Failed")
    assert (running.state.type, running.id) == (StateType.RUNNING, "2")
    assert (failed.started, failed.ended) == (running.started, failed.changed)


def test_no_more_wait_than_there_is_room_for() -> None:
    """How one that waits goes on is kept still."""
    waiting, added = WaitingChildren(), 0
    while waiting.add(CHANGE._replace(id=str(added), upstream=("x",) * 1000)):
        added += 1

    assert 100 < added < 1000
    assert waiting.add(CHANGE._replace(id="0", state="COMPLETED", message="x" * 1000))
    waiting.clear()
    assert waiting.all() == []
    assert waiting.add(CHANGE)
