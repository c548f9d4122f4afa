"""Flows that these tests call are followed by nobody, unless a test says otherwise."""

from __future__ import annotations

import pytest


@pytest.fixture(name="untracked", autouse=True)
def _untracked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTASK_TRACK", "0")
