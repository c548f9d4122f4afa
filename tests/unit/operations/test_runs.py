"""A run that is watched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import NotFound
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import Run, RunRequest, State, StateType
from syntask_yaml.operations.runs import NotTaken, Seen, StateSeen, find_run, find_unsuccessful, watch
from tests.support.memory import MemoryBackend


@pytest.fixture(name="backend")
def _backend() -> MemoryBackend:
    backend = MemoryBackend()
    list(backend.write([Write(None, Deployment(flow="etl", name="a", work_pool="default"))]))
    return backend


def made(backend: MemoryBackend, *, scheduled: datetime | None = None) -> Run:
    (stored,) = backend.deployments()
    assert stored.id is not None
    return backend.create_run(RunRequest(deployment_id=stored.id, scheduled=scheduled))


def watched(backend: MemoryBackend, run: Run, *, seconds: float) -> list[Seen]:
    """What is seen of a run that somebody cancels after so many seconds."""
    slept = 0.0

    def sleep(more: float) -> None:
        nonlocal slept
        slept += more
        if slept >= seconds:
            backend.cancel(run.id)

    return list(watch(backend, run, sleep=sleep))


def test_a_run_that_nobody_takes_is_told_once(backend: MemoryBackend) -> None:
    run = made(backend)
    seen = watched(backend, run, seconds=60)

    assert [each for each in seen if not isinstance(each, StateSeen)] == [NotTaken(run.id)]


@pytest.mark.parametrize(("ahead", "seconds"), [(timedelta(), 10), (timedelta(hours=1), 60)])
def test_a_run_that_need_not_have_begun_is_not(
    backend: MemoryBackend, ahead: timedelta, seconds: float
) -> None:
    """It has only just become due, or is for later."""
    run = made(backend, scheduled=datetime.now(UTC) + ahead)
    assert all(isinstance(each, StateSeen) for each in watched(backend, run, seconds=seconds))


def test_without_an_id_the_newest_due_run_that_did_not_complete_is_meant(backend: MemoryBackend) -> None:
    """It is what somebody asks about who was called; runs that are to come are none of it."""
    now = datetime.now(UTC)
    assert find_unsuccessful(backend, None, now) is None
    old, new, coming = (made(backend, scheduled=now + timedelta(minutes=m)) for m in (-20, -10, 10))
    assert found(backend, None, now) == new.id
    assert found(backend, old.id, now) == old.id
    assert found(backend, None, now + timedelta(hours=1)) == coming.id
    with pytest.raises(NotFound):
        find_unsuccessful(backend, "none", now)


def found(backend: MemoryBackend, id: str | None, now: datetime) -> str | None:
    run = find_unsuccessful(backend, id, now)
    return None if run is None else run.id


def test_without_an_id_a_run_that_could_not_begin_is_the_last_one(tmp_path: Path) -> None:
    """Its pull step failed, which its log says: the log of an earlier run that completed would mislead."""
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    backend = EmbeddedBackend.open(tmp_path / "syntask.db", clock=lambda: now)
    (etl,) = backend.write([Write(None, Deployment(flow="etl", name="a", work_pool="default"))])
    with pytest.raises(NotFound):
        find_run(backend, None)
    ends = [[StateType.RUNNING, StateType.COMPLETED], [StateType.FAILED]]
    for minute, states in enumerate(ends):
        run = backend.create_run(RunRequest(deployment_id=etl.id or ""))
        claim = backend.claim("default", worker="box", now=now, lease=30)
        assert claim
        for state in states:
            assert backend.report(claim, State(state), now + timedelta(minutes=minute))
        assert find_run(backend, None).id == run.id
    cancelled = backend.create_run(RunRequest(deployment_id=etl.id or ""))
    backend.cancel(cancelled.id)
    assert find_run(backend, None).id == run.id
    backend.close()
