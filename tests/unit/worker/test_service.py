"""A worker for all work pools, and pools that change while it serves them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.model.pool import WorkPool
from syntask_yaml.worker import needs
from syntask_yaml.worker.events import WorkerEvent
from syntask_yaml.worker.loop import Worker
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.prefect_servers import PrefectServers
from syntask_yaml.worker.redeploy import Redeployer
from syntask_yaml.worker.service import Service
from tests.support.memory import MemoryBackend

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_pool_that_is_made_anew_with_another_type_is_served_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both can happen between two looks."""
    monkeypatch.setattr(needs, "NEEDS", {})
    backend = MemoryBackend(clock=lambda: NOW)
    backend.create_pool(WorkPool(name="etl", type="process"))
    told: list[WorkerEvent] = []
    worker = Worker(backend, WorkerOptions(name="one"), {}, home=tmp_path, environ={}, notify=told.append)
    redeployer = Redeployer(lambda _stop: 0, frozenset, told.append)
    served = Service(worker, redeployer, PrefectServers(tmp_path, {}))

    served._tick(NOW)
    assert worker._served.types["etl"] == "process"
    backend.delete_pool("etl")
    backend.create_pool(WorkPool(name="etl", type="docker"))
    served._tick(NOW + timedelta(seconds=2))

    assert worker._served.types["etl"] == "docker"
    redeployer.close()
