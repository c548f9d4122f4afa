"""Who follows a run: whoever its process entered it with; nobody, if tracking is off."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from syntask._runs import root
from syntask._runs.run import new_id
from syntask._runs.tracking import ChildChange, RunInfo


class Silent:
    run = RunInfo("1", "calm-owl", "etl")

    def follow(self, change: ChildChange) -> None: ...

    def rename(self, name: str) -> None: ...

    def end(self, state: str, state_name: str, message: str) -> None: ...


@pytest.fixture(autouse=True)
def _left() -> Iterator[None]:
    yield
    root.enter(None)


def test_a_process_enters_its_run() -> None:
    assert root.entered() is None
    tracker = Silent()
    root.enter(tracker)
    assert root.entered() is tracker


def test_nobody_follows_a_script_when_tracking_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTASK_TRACK", "0")
    assert root.open_script_run("etl", {}) is None


def test_ids_are_other_ones_in_a_process_that_was_forked() -> None:
    """Also where the flow seeds `random`."""
    reader, writer = os.pipe()
    random.seed(1)
    if (child := os.fork()) == 0:
        os.write(writer, new_id().bytes)
        os._exit(0)
    random.seed(1)
    own = {new_id().bytes for _ in range(3)}
    os.waitpid(child, 0)
    assert os.read(reader, 16) not in own
    assert len(own) == 3
    os.close(reader)
    os.close(writer)
