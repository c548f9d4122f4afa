"""Find work pools, and explain why their runs wait."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import datetime

from syntask_yaml.backend.base import Backend, Features
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import BackendRefused, NotFound
from syntask_yaml.model.pool import WorkPool, WorkQueue

# Seconds in which a worker polls its queues at least once; a stock worker polls every 10 to 15.
_POLLED_WITHIN = 60


def find_pool(backend: Backend, name: str) -> WorkPool:
    """Return the work pool *name*. Raises NotFound, with the nearest name."""
    pools = {pool.name: pool for pool in backend.pools()}
    if name not in pools:
        otherwise = (
            f"Run `syntask work-pool create {name}` to create it, or `syntask work-pool ls` "
            "to list the work pools."
        )
        hint = did_you_mean(name, pools, otherwise=otherwise)
        raise NotFound(f"The backend has no work pool `{name}`.", hint=hint)
    return pools[name]


def find_queue(backend: Backend, pool: str, name: str) -> WorkQueue:
    """Return the queue *name* of the work pool *pool*. Raises NotFound, with the nearest name."""
    find_pool(backend, pool)
    queues = {queue.name: queue for queue in backend.queues() if queue.pool == pool}
    if name not in queues:
        otherwise = (
            f"Run `syntask work-queue create {name} --pool {pool}` to create it, or `syntask work-queue ls` "
            "to list the work queues."
        )
        hint = did_you_mean(name, queues, otherwise=otherwise)
        raise NotFound(f"The work pool `{pool}` has no work queue `{name}`.", hint=hint)
    return queues[name]


def with_template(pool: WorkPool, backend: Backend) -> WorkPool:
    """Return *pool* with the template of its type if it has none, as its first worker will set it."""
    if pool.base_job_template:
        return pool
    try:
        return replace(pool, base_job_template=backend.pool_template(pool.type))
    except BackendRefused:  # the backend does not know the type
        return pool


def is_served(pool: WorkPool, features: Features) -> bool:
    """Return whether runs of *pool* are executed, as far as a backend with these *features* knows."""
    return features.served_types is None or pool.type in features.served_types


def is_hosted(pool: WorkPool) -> bool:
    """Return whether Prefect Cloud executes the runs of *pool* itself, without a worker."""
    return pool.type.endswith((":push", ":managed"))


def needs_cloud(pool: WorkPool, features: Features) -> bool:
    """Return whether only Prefect Cloud executes runs of *pool*, and this backend is another one."""
    return is_hosted(pool) and not features.has_hosted_pools


def why_waiting(pool_or_queue: WorkPool | WorkQueue) -> str:
    """Return a sentence on why the runs of a pool or queue would wait; empty if they would not."""
    what = f"The work {'queue' if isinstance(pool_or_queue, WorkQueue) else 'pool'} `{pool_or_queue.name}`"
    if pool_or_queue.is_paused:
        return f"{what} is paused, so its runs wait until it is resumed."
    if pool_or_queue.concurrency_limit == 0:
        return f"{what} has a concurrency limit of 0, so its runs wait until the limit is raised."
    return ""


def resumes(pool_or_queue: WorkPool | WorkQueue) -> tuple[str, str]:
    """Return the command that lets runs of a pool or queue start, and its purpose."""
    kind, pool = ("queue", pool_or_queue.pool) if isinstance(pool_or_queue, WorkQueue) else ("pool", "")
    which = shlex.quote(pool_or_queue.name) + (f" --pool {shlex.quote(pool)}" if pool else "")
    if pool_or_queue.is_paused:
        return f"syntask work-{kind} resume {which}", "to resume it"
    limit = max(10, 2 * (pool_or_queue.concurrency_limit or 0))
    return f"syntask work-{kind} update {which} --concurrency-limit {limit}", "to raise it"


def waiting_hint(pool_or_queue: WorkPool | WorkQueue) -> str:
    """Return a sentence with the command that lets the runs of a pool or queue start."""
    command, purpose = resumes(pool_or_queue)
    return f"Run `{command}` {purpose}."


# On a server, a process of `flow.serve` may still take it.
NO_POOL = "The run is in no work pool, so no worker takes it, unless a process serves the flow"


def why_run_waits(backend: Backend, pool_name: str | None, queue_name: str) -> tuple[str, ...]:
    """Return all reasons why a due run waits, each with the command that removes it."""
    if pool_name is None:
        return (f"{NO_POOL}. Deploy it with a `work_pool`.",)
    pool = next((pool for pool in backend.pools() if pool.name == pool_name), None)
    if pool is None:
        create = f"syntask work-pool create {shlex.quote(pool_name)}"
        return (
            f"The backend has no work pool `{pool_name}`, so the run waits. Run `{create}` to create it.",
        )
    if needs_cloud(pool, backend.features):
        what = f"Only Prefect Cloud executes runs of work pools of type `{pool.type}` such as `{pool.name}`"
        return (f"{what}, so the run waits on this server.",)
    queues = [queue for queue in backend.queues() if (queue.pool, queue.name) == (pool_name, queue_name)]
    both: list[WorkPool | WorkQueue] = [pool, *queues]
    held = [f"{reason} {waiting_hint(each)}" for each in both if (reason := why_waiting(each))]
    if not is_hosted(pool) and not has_worker(backend, pool_name):
        held.append(
            f"No worker serves the work pool `{pool_name}`, so the run waits. {start_hint(pool_name)}"
        )
    return tuple(held)


def is_polled(queue: WorkQueue, now: datetime) -> bool:
    """Return whether a worker has polled *queue* recently, as far as the backend tells."""
    return queue.polled is not None and (now - queue.polled).total_seconds() < _POLLED_WITHIN


def has_worker(backend: Backend, pool: str) -> bool:
    """Return whether a worker serves *pool*."""
    return any(worker.is_online for worker in backend.workers(pool=pool))


def start_hint(pool: str) -> str:
    """Return a hint on how to start a worker for *pool*."""
    return f"Start one with `{start_command(pool)}`."


def start_command(pool: str) -> str:
    """Return the command that starts a worker for *pool*."""
    return f"syntask worker start --pool {shlex.quote(pool)}"
