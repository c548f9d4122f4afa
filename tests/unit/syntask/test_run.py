"""Who follows a run: whoever its process entered it with; nobody, if tracking is off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syntask import _run
from syntask._tracking import ChildChange, RunInfo


class Silent:
    run = RunInfo("1", "calm-owl", "etl")

    def follow(self, change: ChildChange) -> None: ...

    def rename(self, name: str) -> None: ...

    def end(self, state: str, state_name: str, message: str) -> None: ...


@pytest.fixture(autouse=True)
def _left() -> Iterator[None]:
    yield
    _run.enter(None)


def test_a_process_enters_its_run() -> None:
    assert _run.entered() is None
    tracker = Silent()
    _run.enter(tracker)
    assert _run.entered() is tracker


def test_nobody_follows_a_script_when_tracking_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTASK_TRACK", "0")
    assert _run.open_script_run("etl", {}) is None
