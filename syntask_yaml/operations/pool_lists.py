"""Work pools and queues as they are listed: with their status, and when their deployments ran and run."""

from __future__ import annotations

from datetime import datetime

from syntask_yaml.backend.base import Backend
from syntask_yaml.model.activity import Activity
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.operations.pool_states import PoolStates


def list_pools(backend: Backend, now: datetime) -> list[tuple[WorkPool, Activity]]:
    """Return the work pools of *backend*, each with its activity at *now*."""
    active: dict[str, Activity] = {}
    for (name, _), each in backend.queue_activity(backend.queues(), now).items():
        active[name] = active.get(name, Activity()).including(each.last, each.next)
    pools = PoolStates(backend, now).of(backend.pools())
    return [(pool, active.get(pool.name, Activity())) for pool in pools]


def list_queues(
    backend: Backend, now: datetime, *, pool: str | None = None
) -> list[tuple[WorkQueue, Activity]]:
    """Return the same of the queues of *pool*, or of all work pools."""
    queues = [queue for queue in backend.queues() if pool in (None, queue.pool)]
    active = backend.queue_activity(queues, now)
    found = PoolStates(backend, now).of(queues)
    return [(queue, active.get((queue.pool, queue.name), Activity())) for queue in found]
