"""What a script tells is taken as fast as it is told."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID

import pytest

from syntask._runs.tracking import ChildChange
from syntask_yaml import api
from syntask_yaml.script import open_run, tracker


def test_a_flow_that_never_waits_is_kept_in_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is held up where the store has not taken what it told; nothing of that is lost."""
    monkeypatch.setenv("SYNTASK_HOME", str(tmp_path))
    monkeypatch.setattr(tracker, "_MOST_REPORTS", 100)
    followed = open_run("etl", {})
    assert isinstance(followed, tracker.ScriptTracker)
    most = 0
    for number in range(2_000):
        change = ChildChange(
            str(UUID(int=number + 1)), "task", f"load-{number}", "load", "COMPLETED", "Completed", time.time()
        )
        followed.follow(change)
        most = max(most, len(followed._reports))
    followed.end("COMPLETED", "Completed", "")

    assert most <= 200
    with api.open_backend() as backend:
        assert len(backend.children(followed.run.id)) == 2_000
