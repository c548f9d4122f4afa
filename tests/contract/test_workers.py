"""Workers: who serves a pool, and since when nobody does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syntask_yaml.backend.base import Backend, OwnBackend
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.worker import ServingWorker
from tests.contract.queue import Clock, ask, at, claimed

WORKER = ServingWorker(name="box-1", pool="default", type="process", version="9.9")
_OWN = pytest.mark.own(reason="a server has workers of its own")


def test_at_first_there_is_no_worker(backend: Backend) -> None:
    assert backend.workers() == []


@_OWN
def test_a_worker_is_online_until_it_is_not_heard_of(backend: OwnBackend, clock: Clock) -> None:
    backend.beat(WORKER, clock.now, seconds=30)
    assert backend.workers() == [WORKER._replace(seen=clock.now, running=0)]

    began = clock.now
    clock.advance(31)
    assert backend.workers() == [WORKER._replace(seen=began, running=0, is_online=False)]

    backend.beat(WORKER._replace(version="10"), clock.now, seconds=30)
    assert backend.workers() == [WORKER._replace(seen=clock.now, running=0, version="10")]


@_OWN
def test_a_worker_that_ends_is_offline_at_once(backend: OwnBackend, clock: Clock) -> None:
    backend.beat(WORKER, clock.now, seconds=30)
    backend.beat(WORKER, clock.now, seconds=0)

    assert [worker.is_online for worker in backend.workers()] == [False]


@_OWN
def test_a_worker_is_listed_with_its_runs(backend: OwnBackend, etl: Stored, clock: Clock) -> None:
    """Those of others do not count."""
    backend.create_pool(WorkPool(name="other", type="process"))
    for name in ("box-2", "worker"):
        backend.beat(WORKER._replace(name=name), clock.now, seconds=30)
    backend.beat(WORKER._replace(pool="other"), clock.now, seconds=30)
    ask(backend, etl, scheduled=at(9))
    claimed(backend, clock)

    found = {(each.pool, each.name): each.running for each in backend.workers()}
    assert found == {("default", "box-2"): 0, ("default", "worker"): 1, ("other", "box-1"): 0}


@_OWN
def test_a_worker_of_long_ago_is_forgotten(backend: OwnBackend, clock: Clock) -> None:
    backend.beat(WORKER, clock.now - timedelta(days=8), seconds=30)
    backend.beat(WORKER._replace(name="box-2"), clock.now, seconds=30)

    assert [worker.name for worker in backend.workers()] == ["box-2"]


@_OWN
def test_a_pool_that_is_deleted_takes_its_workers_along(backend: OwnBackend, clock: Clock) -> None:
    backend.create_pool(WorkPool(name="other", type="process"))
    backend.beat(WORKER._replace(pool="other"), clock.now, seconds=30)

    assert backend.delete_pool("other")
    backend.beat(WORKER._replace(pool="other"), clock.now, seconds=30)
    backend.create_pool(WorkPool(name="other", type="process"))
    assert backend.workers() == []
