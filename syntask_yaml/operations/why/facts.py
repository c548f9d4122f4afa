"""Read, once, the facts that explain the state of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from syntask_yaml.backend.base import Backend, LogFilter, RunFilter
from syntask_yaml.model.concurrency_limit import SLOT_LOGGER, GlobalConcurrencyLimit, awaited_slots
from syntask_yaml.model.delivery import Delivery
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.pool import DEFAULT_QUEUE, WorkPool, WorkQueue
from syntask_yaml.model.run import BUSY, Cause, LogLine, Run, StateType
from syntask_yaml.model.worker import ServingWorker

# The maximum number of runs in slots, and of last log lines, that are read.
_MOST_BUSY, _MOST_LINES = 1000, 200
# The maximum number of runs due by the same time, and of ended runs, that are read.
MOST_READ = 200
# A worker that is busy with a queue has started one of its runs within this time.
LATELY = timedelta(seconds=30)
_ENDED = frozenset(state for state in StateType if state.is_final)
# The states of a run that a worker could take at once.
_FREE = frozenset({"Scheduled", "Late"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The known facts about a run at *now*. Facts that its state does not require are empty.

    *busy* are the runs of any pool that occupy slots, *workers* those of its pool, *lines* its last log
    lines. *has_own_worker*: our worker serves the backend. *deliveries* are those of automations. *limits*
    are those whose slots its code waits for, and *holders* the runs that hold them. If there is a worker,
    *ahead* are the waiting runs of its queue that were due by then, and *begun* those that started lately;
    none if one of them was due later.
    """

    run: Run
    now: datetime
    has_own_worker: bool
    cause: Cause | None = None
    deployment: Deployment | None = None
    pool: WorkPool | None = None
    queue: WorkQueue | None = None
    workers: tuple[ServingWorker, ...] = ()
    busy: tuple[Run, ...] = ()
    ahead: tuple[Run, ...] = ()
    begun: tuple[Run, ...] = ()
    lines: tuple[LogLine, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    limits: tuple[GlobalConcurrencyLimit, ...] = ()
    holders: tuple[Run, ...] = ()

    @property
    def is_due(self) -> bool:
        return self.run.scheduled is None or self.run.scheduled <= self.now


def gather(backend: Backend, run: Run, now: datetime) -> Facts:
    """Read the facts that explain the state of *run*."""
    facts = Facts(run=run, now=now, has_own_worker=backend.features.has_own_worker)
    if run.state.type is StateType.SCHEDULED:
        return _waiting(backend, facts)
    lines = tuple(backend.logs(run.id, which=LogFilter(limit=_MOST_LINES, is_newest=True)))
    limits = () if run.state.type.is_final else _awaited(backend, run, lines)
    ids = dict.fromkeys(holder for limit in limits for holder in limit.holders)
    return replace(
        facts,
        cause=backend.cause(run),
        workers=() if run.state.type.is_final else _workers(backend, run),
        lines=lines,
        deliveries=tuple(backend.deliveries(run.id)),
        limits=limits,
        holders=tuple(holder for id_ in ids if (holder := backend.run(id_)) is not None),
    )


def _awaited(backend: Backend, run: Run, lines: Sequence[LogLine]) -> tuple[GlobalConcurrencyLimit, ...]:
    """Return the limits whose slots the code of *run* waits for, by its last log line."""
    if not lines or lines[-1].logger != SLOT_LOGGER:
        return ()
    slots, names = awaited_slots(lines[-1].message)
    limits = [limit for limit in backend.concurrency_limits() if limit.name in names]
    is_in = any(run.id in limit.holders for limit in limits)
    return () if is_in else tuple(limit for limit in limits if limit.in_use + slots > limit.limit)


def _waiting(backend: Backend, facts: Facts) -> Facts:
    run = facts.run
    deployments = backend.deployments(names=[run.deployment]) if run.deployment else []
    queues = [queue for queue in backend.queues() if queue.pool == run.work_pool]
    workers = _workers(backend, run)
    busy = backend.runs(RunFilter(states=BUSY, limit=_MOST_BUSY))
    is_served = facts.is_due and any(worker.is_online for worker in workers)
    return replace(
        facts,
        deployment=next(
            (stored.deployment for stored in deployments if stored.id == run.deployment_id), None
        ),
        pool=next((pool for pool in backend.pools() if pool.name == run.work_pool), None),
        queue=next((queue for queue in queues if queue.name == (run.work_queue or DEFAULT_QUEUE)), None),
        workers=workers,
        busy=tuple(busy),
        ahead=_ahead(backend, run) if is_served else (),
        begun=_begun(backend, run, busy, facts.now) if is_served else (),
    )


def _ahead(backend: Backend, run: Run) -> tuple[Run, ...]:
    which = RunFilter(states=frozenset({StateType.SCHEDULED}), until=run.scheduled, limit=MOST_READ + 1)
    return tuple(
        each
        for each in backend.runs(which)
        if each.id != run.id and _share_a_queue(each, run) and each.state.name in _FREE
    )


def _begun(backend: Backend, run: Run, busy: Sequence[Run], now: datetime) -> tuple[Run, ...]:
    """Return the runs of the queue of *run* that started lately; none if one was due later than *run*."""
    ended = backend.runs(RunFilter(states=_ENDED, since=now - LATELY, limit=MOST_READ))
    lately = (each for each in (*busy, *ended) if each.started and each.started > now - LATELY)
    found = tuple(each for each in lately if _share_a_queue(each, run))
    return () if any(_due(each) > _due(run) for each in found) else found


def _share_a_queue(one: Run, other: Run) -> bool:
    return (one.work_pool, one.work_queue) == (other.work_pool, other.work_queue)


def _due(run: Run) -> datetime:
    return run.scheduled or run.created or datetime.min.replace(tzinfo=UTC)


def _workers(backend: Backend, run: Run) -> tuple[ServingWorker, ...]:
    """Return the workers of the pool of *run*, with their runs in all pools, which share the limit."""
    if not run.work_pool:
        return ()
    if not backend.features.has_own_worker:
        return tuple(backend.workers(pool=run.work_pool))
    everywhere = backend.workers()
    running = Counter[str]()
    for worker in everywhere:
        running[worker.name] += worker.running or 0
    return tuple(
        worker._replace(running=running[worker.name]) for worker in everywhere if worker.pool == run.work_pool
    )
