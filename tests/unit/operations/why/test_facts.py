"""What is read to tell why a run waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.concurrency_limit import SLOT_LOGGER, GlobalConcurrencyLimit, SlotRequest
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import LogLine, RunRequest, State, StateType
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.operations.runs import find_run
from syntask_yaml.operations.why.explanation import explain
from syntask_yaml.operations.why.facts import gather
from syntask_yaml.operations.why.reason import Reason

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
    assert f"({runs[1].id[:8]})" in reason.finding.evidence[1].text
    backend.close()


def test_code_that_waits_for_a_slot_is_told_apart_from_code_that_runs(tmp_path: Path) -> None:
    """Its log says that it waits; it does not any more once it holds the slot, whatever the log says."""
    backend = EmbeddedBackend.open(tmp_path / "syntask.db", clock=lambda: NOW)
    backend.create_concurrency_limit(GlobalConcurrencyLimit(name="db", limit=1))
    etl = Deployment(flow="etl", name="d", entrypoint="flows.py:etl", work_pool="default")
    (written,) = backend.write([Write(None, etl)])
    for _ in range(2):
        backend.create_run(RunRequest(deployment_id=written.id or ""))
    waits = LogLine(NOW, 20, "Waiting for a slot of `db`.", SLOT_LOGGER)
    ids = []
    for _ in range(2):
        claim = backend.claim("default", worker="box", now=NOW, lease=30)
        assert claim
        assert backend.report(claim, State(StateType.RUNNING), NOW)
        backend.append_logs(claim.run.id, [waits], token=claim.token)
        ids.append(claim.run.id)
    assert backend.take_slots(slot_of(ids[0]), NOW, lease=30).is_taken
    assert not backend.take_slots(slot_of(ids[1]), NOW, lease=30).is_taken

    def why(place: int) -> Reason:
        (reason,) = explain(gather(backend, find_run(backend, ids[place]), NOW)).reasons
        return reason

    assert [why(place).rule.code for place in range(2)] == ["running", "limit-full"]
    found = why(1).finding
    assert found.detail.endswith("the concurrency limit `db`, which others hold.")
    assert found.evidence[0].text == "`db`: 1 of 1 slots are taken"
    assert f"({ids[0][:8]}) of `etl/d`: Running" in found.evidence[1].text
    backend.give_back_slots(ids[0])
    assert why(1).rule.code == "running"
    assert backend.take_slots(slot_of("me")._replace(run_id=""), NOW, lease=30).is_taken
    assert why(1).finding.evidence[1].text.startswith("code of ")
    backend.close()


def slot_of(run_id: str) -> SlotRequest:
    return SlotRequest(names=("db",), slots=1, token=run_id, run_id=run_id)


def test_a_run_behind_others_is_told_apart_from_one_that_nobody_takes(tmp_path: Path) -> None:
    """As long as its queue is worked off in order, those that waited longer are what it waits for."""
    backend = EmbeddedBackend.open(tmp_path / "syntask.db", clock=lambda: NOW)
    etl = Deployment(flow="etl", name="d", entrypoint="flows.py:etl", work_pool="default")
    (written,) = backend.write([Write(None, etl)])
    times = [NOW - timedelta(hours=hours) for hours in (4, 3, 1, 1)]  # also one that is due with it
    runs = [
        backend.create_run(RunRequest(deployment_id=written.id or "", scheduled=time)).id for time in times
    ]
    backend.beat(ServingWorker(name="box", pool="default", limit=1), NOW, seconds=300)

    def why(place: int, *, later: int = 1) -> Reason:
        now = NOW + timedelta(seconds=later)
        (reason,) = explain(gather(backend, find_run(backend, runs[place]), now)).reasons
        return reason

    assert why(3).rule.code == "waiting-unexplained"  # nobody has begun one
    claim = backend.claim("default", worker="box", now=NOW, lease=30)
    assert claim
    assert claim.run.id == runs[0]
    for state in (StateType.RUNNING, StateType.COMPLETED):
        assert backend.report(claim, State(state), NOW)

    found = why(3)
    assert found.rule.code == "queued-behind"
    assert found.finding.detail == "Of its work queue, 2 runs have waited at least as long."
    assert found.finding.evidence[0].text == "1 run of the queue began in the last 30 seconds"
    assert why(1).finding.detail == "The run is the next one of its work queue."
    assert why(3, later=60).rule.code == "waiting-unexplained"  # the worker has stopped beginning runs

    with backend._store.transaction():
        backend._store._connection.execute("UPDATE runs SET due = due + 7200000000 WHERE id = ?", [runs[0]])
    assert why(1).rule.code == "waiting-unexplained"  # one that was due later began before it
    backend.close()
