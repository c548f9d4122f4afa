"""The status of work pools and queues in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.model.activity import Activity
from syntask_yaml.model.pool import DEFAULT_QUEUE, PoolStatus, WorkPool, WorkQueue
from syntask_yaml.model.run import BUSY
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.operations.pools import is_polled

# The maximum number of runs in slots that are counted.
_MOST_BUSY = 1000

PoolOrQueue = TypeVar("PoolOrQueue", WorkPool, WorkQueue)


class PoolStates:
    """The statuses of pools and queues of *backend* at *now*. Its data is read once, when needed."""

    def __init__(self, backend: Backend, now: datetime) -> None:
        self._backend = backend
        self._now = now

    def of(self, pools_or_queues: Sequence[PoolOrQueue]) -> list[PoolOrQueue]:
        """Return the pools or queues with their status."""
        return [replace(each, status=self._status(each)) for each in pools_or_queues]

    def _status(self, pool_or_queue: WorkPool | WorkQueue) -> str:
        if pool_or_queue.is_paused:
            return PoolStatus.PAUSED
        if not self._is_served(pool_or_queue):
            return PoolStatus.NOT_READY
        limit = pool_or_queue.concurrency_limit
        is_full = limit is not None and (limit == 0 or self._occupied_slots(pool_or_queue) >= limit)
        return PoolStatus.FULL if is_full else PoolStatus.READY

    def _is_served(self, pool_or_queue: WorkPool | WorkQueue) -> bool:
        """Return whether a worker takes its runs: as a server reports for pools, or by the last poll."""
        if self._backend.features.has_own_worker:
            return any(_takes_from(worker, pool_or_queue) for worker in self._workers)
        if isinstance(pool_or_queue, WorkQueue):
            return is_polled(pool_or_queue, self._now)
        return pool_or_queue.status == PoolStatus.READY

    def _occupied_slots(self, pool_or_queue: WorkPool | WorkQueue) -> int:
        """Return the number of slots that its runs occupy."""
        if isinstance(pool_or_queue, WorkQueue):
            return self._busy[pool_or_queue.pool, pool_or_queue.name]
        return sum(number for (pool, _), number in self._busy.items() if pool == pool_or_queue.name)

    @cached_property
    def _workers(self) -> Sequence[ServingWorker]:
        return self._backend.workers()

    @cached_property
    def _busy(self) -> Counter[tuple[str | None, str]]:
        """The number of runs that occupy slots, by pool and queue."""
        runs = self._backend.runs(RunFilter(states=BUSY, limit=_MOST_BUSY))
        return Counter((run.work_pool, run.work_queue or DEFAULT_QUEUE) for run in runs)


def _takes_from(worker: ServingWorker, pool_or_queue: WorkPool | WorkQueue) -> bool:
    if isinstance(pool_or_queue, WorkPool):
        return worker.is_online and worker.pool == pool_or_queue.name
    takes = not worker.queues or pool_or_queue.name in worker.queues
    return worker.is_online and worker.pool == pool_or_queue.pool and takes


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
    """Return the queues of *pool*, or of all work pools, each with its activity at *now*."""
    queues = [queue for queue in backend.queues() if pool in (None, queue.pool)]
    active = backend.queue_activity(queues, now)
    found = PoolStates(backend, now).of(queues)
    return [(queue, active.get((queue.pool, queue.name), Activity())) for queue in found]
