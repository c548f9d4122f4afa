"""What is read to tell why a run waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import RunRequest
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.operations.why.explanation import explain
from syntask_yaml.operations.why.facts import gather

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_limit_of_a_worker_is_one_for_all_its_pools(tmp_path: Path) -> None:
    """A run of one pool waits for a run of another one, if the same worker serves both."""
    backend = EmbeddedBackend.open(tmp_path / "syntask.db", clock=lambda: NOW)
    backend.create_pool(WorkPool(name="other", type="process"))
    pools = ("default", "other")
    deployments = [
        Deployment(flow="etl", name=pool, entrypoint="flows.py:etl", work_pool=pool) for pool in pools
    ]
    ids = [written.id or "" for written in backend.write([Write(None, each) for each in deployments])]
    runs = [backend.create_run(RunRequest(deployment_id=each)) for each in ids]
    for pool in pools:
        backend.beat(ServingWorker(name="box", pool=pool, limit=1), NOW, seconds=30)
    assert backend.claim("other", worker="box", now=NOW, lease=30)

    found = explain(gather(backend, runs[0], NOW + timedelta(seconds=1)))

    (reason,) = found.reasons
    assert reason.rule.code == "workers-full"
    assert reason.finding.evidence[0].text == "Worker `box` executes 1 of 1 runs"
    backend.close()
