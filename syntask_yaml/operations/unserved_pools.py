"""Work pools that no worker serves: the scheduled runs of a plan would wait there."""

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

# For this long nobody misses a worker: it may be restarted, or started by cron for what is due.
_PAUSE = timedelta(hours=1)


def check_serving(prepared: Iterable[Prepared], context: DeployContext) -> Iterator[Diagnostic]:
    """Yield each work pool whose scheduled runs would wait because no worker serves it.

    A warning if one did until an hour ago, else a note: it may be started after the deploy. A server is
    asked for each pool that it does not say to be served.
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
    """Whether a worker would begin runs of *pool*; another check reports what else keeps them waiting."""
    is_stopped = pool.is_paused or pool.concurrency_limit == 0
    return not is_stopped and is_served(pool, features) and not is_hosted(pool)


def _check_pool(pool: WorkPool, user: Prepared, context: DeployContext) -> Iterator[Diagnostic]:
    """Yield that nobody serves *pool*, where the deployment that uses it first names it."""
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
