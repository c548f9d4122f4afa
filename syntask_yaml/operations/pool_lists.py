"""Work pools and queues as they are listed: with their status, and when their deployments ran and run."""

from __future__ import annotations

from datetime import datetime

from syntask_yaml.backend.base import Backend
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.operations.pool_states import PoolStates
from syntask_yaml.operations.status.activity import Activity, activity_by, pool_of, queue_of


def list_pools(backend: Backend, now: datetime) -> list[tuple[WorkPool, Activity]]:
    """Return the work pools of *backend*, each with its activity at *now*."""
    active = activity_by(pool_of, backend, now)
    pools = PoolStates(backend, now).of(backend.pools())
    return [(pool, active.get(pool.name, Activity())) for pool in pools]


def list_queues(
    backend: Backend, now: datetime, *, pool: str | None = None
) -> list[tuple[WorkQueue, Activity]]:
    """Return the same of the queues of *pool*, or of all work pools."""
    active = activity_by(queue_of, backend, now)
    queues = [queue for queue in backend.queues() if pool in (None, queue.pool)]
    found = PoolStates(backend, now).of(queues)
    return [(queue, active.get((queue.pool, queue.name), Activity())) for queue in found]
