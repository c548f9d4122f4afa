"""How pools and queues stand, on the embedded backend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.pool import WorkQueue
from syntask_yaml.model.run import RunRequest
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.operations.pool_states import PoolStates

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(name="backend")
def _backend(tmp_path: Path) -> Iterator[EmbeddedBackend]:
    backend = EmbeddedBackend.open(tmp_path / "syntask.db", clock=lambda: NOW)
    backend.create_queue(WorkQueue(pool="default", name="high"))
    yield backend
    backend.close()


def statuses(backend: EmbeddedBackend) -> dict[str, str | None]:
    """The status of the pool, and of each of its queues."""
    states = PoolStates(backend, NOW)
    (pool,) = states.of(backend.pools())
    return {"": pool.status, **{queue.name: queue.status for queue in states.of(backend.queues())}}


def serve(backend: EmbeddedBackend, *queues: str, ago: int = 0) -> None:
    worker = ServingWorker(name="box", pool="default", queues=queues)
    backend.beat(worker, NOW - timedelta(seconds=ago), seconds=30)


def test_nothing_is_ready_that_nobody_serves(backend: EmbeddedBackend) -> None:
    """A worker counts until it was not heard of for as long as it said."""
    nothing = {"": "NOT_READY", "default": "NOT_READY", "high": "NOT_READY"}
    assert statuses(backend) == nothing
    serve(backend, ago=31)
    assert statuses(backend) == nothing
    serve(backend)
    assert statuses(backend) == {"": "READY", "default": "READY", "high": "READY"}


def test_a_queue_is_ready_where_a_worker_takes_its_runs(backend: EmbeddedBackend) -> None:
    serve(backend, "high")
    assert statuses(backend) == {"": "READY", "default": "NOT_READY", "high": "READY"}


def test_what_is_paused_says_so_whoever_serves_it(backend: EmbeddedBackend) -> None:
    backend.update_queue("default", "high", {"is_paused": True})
    assert statuses(backend) == {"": "NOT_READY", "default": "NOT_READY", "high": "PAUSED"}
    serve(backend)
    backend.update_pool("default", {"is_paused": True})
    assert statuses(backend) == {"": "PAUSED", "default": "READY", "high": "PAUSED"}


def test_a_limit_that_is_reached_says_so(backend: EmbeddedBackend) -> None:
    """Of the queue whose runs take its slots, and of the pool; a limit of 0 always is."""
    serve(backend)
    etl = Deployment(flow="etl", name="d", entrypoint="flows.py:etl", work_pool="default", work_queue="high")
    (written,) = backend.write([Write(None, etl)])
    for name in ("default", "high"):
        backend.update_queue("default", name, {"concurrency_limit": 1})
    backend.update_pool("default", {"concurrency_limit": 2})
    backend.create_run(RunRequest(deployment_id=written.id or ""))
    assert backend.claim("default", worker="box", now=NOW, lease=30)

    assert statuses(backend) == {"": "READY", "default": "READY", "high": "FULL"}
    backend.update_pool("default", {"concurrency_limit": 1})
    backend.update_queue("default", "default", {"concurrency_limit": 0})
    assert statuses(backend) == {"": "FULL", "default": "FULL", "high": "FULL"}
