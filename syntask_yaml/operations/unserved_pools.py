"""Detect work pools that no worker serves, in which scheduled runs would wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from syntask_yaml.backend.base import Features
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.pool import PoolStatus, WorkPool
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.pools import is_hosted, is_served, start_hint
from syntask_yaml.operations.prepare import Prepared

# The time for which a missing worker is normal: it may be restarted, or started by cron when a run is due.
_PAUSE = timedelta(hours=1)


def check_serving(prepared: Iterable[Prepared], context: DeployContext) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each work pool without a worker in which scheduled runs would wait.

    A warning if a worker served it within the last hour, else a note: the worker may be started after the
    deploy. A server is queried for each pool that it does not report as served.
    """
    seen = set()
    for each in prepared:
        deployment = each.deployment
        if deployment is None or not _is_scheduled(deployment) or deployment.work_pool in seen:
            continue
        seen.add(deployment.work_pool)
        pool = context.pools.get(str(deployment.work_pool))
        if pool is not None and _takes_runs(pool, context.backend.features):
            yield from _check_pool(pool, each, context)


def _is_scheduled(deployment: Deployment) -> bool:
    schedules = deployment.schedules
    is_active = isinstance(schedules, tuple) and any(each.active is not False for each in schedules)
    return is_active and deployment.paused is not True


def _takes_runs(pool: WorkPool, features: Features) -> bool:
    """Return whether a worker would take runs of *pool*; another check reports other obstacles."""
    is_stopped = pool.is_paused or pool.concurrency_limit == 0
    return not is_stopped and is_served(pool, features) and not is_hosted(pool)


def _check_pool(pool: WorkPool, user: Prepared, context: DeployContext) -> Iterator[Diagnostic]:
    """Yield that no worker serves *pool*, at its first use by a deployment."""
    if pool.status == PoolStatus.READY and not context.backend.features.has_own_worker:
        return
    workers = context.backend.workers(pool=pool.name)
    now = datetime.now(UTC)
    if any(worker.is_online or (worker.seen and now - worker.seen < _PAUSE) for worker in workers):
        return
    node = user.declared.node.at(("work_pool", "name"))
    moments = [worker.seen for worker in workers if worker.seen is not None]
    if moments:
        since = f"{max(moments):%Y-%m-%d %H:%M} UTC"
        detail = f"No worker has served the work pool `{pool.name}` since {since}, so scheduled runs wait."
        yield node.problem("idle-work-pool", detail, start_hint(pool.name)).as_warning()
    else:
        detail = f"Scheduled runs wait for a worker of `{pool.name}`. {start_hint(pool.name)}"
        yield node.problem("idle-work-pool", detail).as_note()
