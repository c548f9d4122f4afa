"""How much of the history a store keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.backend.embedded import history as adapter
from syntask_yaml.model.deploy_record import DeployRecord

NOW = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)


def test_what_is_old_and_has_many_after_it_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each project for itself: the last ones stay however old, and the young ones however many."""
    monkeypatch.setattr(adapter, "_KEPT", 3)
    backend = EmbeddedBackend.open(tmp_path / "syntask.db")
    for project, days in (
        ("shop", (400, 300, 200, 100)),
        ("mall", (400, 300)),
        ("shop", (60, 30, 20, 10)),
        ("rare", (900, 800, 700)),
    ):
        for ago in days:
            began = NOW - timedelta(days=ago, microseconds=ago)
            backend.record_deploy(DeployRecord(project=project, began=began, by="kim"))

    def kept(project: str) -> list[int]:
        return [(NOW - each.began).days for each in backend.deploy_records(project)]

    assert kept("shop") == [10, 20, 30, 60]
    assert kept("mall") == [300, 400]
    assert kept("rare") == [700, 800, 900]
    backend.close()
