"""Work pools, their queues, and the workers that serve them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.operations.pool_states import PoolStates
from syntask_yaml.operations.pools import find_pool, find_queue, is_hosted, start_command, why_waiting
from syntask_yaml.ui.site import Page, PageRequest, Redirect, Site


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A work pool with its *queues* and *workers*, and why its runs *wait*; empty if they do not."""

    pool: WorkPool
    queues: tuple[WorkQueue, ...]
    workers: tuple[ServingWorker, ...]
    wait: str


def show_pools(site: Site, _asked: PageRequest) -> Page:
    """Show all work pools."""
    states = PoolStates(site.backend, site.clock())
    queues, workers = states.of(site.backend.queues()), site.backend.workers()
    rows = [_row(pool, queues, workers) for pool in states.of(site.backend.pools())]
    return Page("pools.html", {"rows": rows})


def _row(pool: WorkPool, queues: list[WorkQueue], workers: list[ServingWorker]) -> PoolRow:
    own = tuple(worker for worker in workers if worker.pool == pool.name)
    wait = why_waiting(pool)
    if not wait and not is_hosted(pool) and not any(worker.is_online for worker in own):
        wait = (
            f"No worker serves the work pool, so its runs wait. Start one with `{start_command(pool.name)}`."
        )
    return PoolRow(pool, tuple(queue for queue in queues if queue.pool == pool.name), own, wait)


def pause_pool(site: Site, asked: PageRequest) -> Redirect:
    """Pause or resume the work pool `pool`, or its `queue`."""
    pool, queue = asked.form.get("pool", ""), asked.form.get("queue")
    change: Mapping[str, Any] = {"is_paused": asked.form.get("paused") == "true"}
    if queue is None:
        site.backend.update_pool(find_pool(site.backend, pool).name, change)
    else:
        site.backend.update_queue(pool, find_queue(site.backend, pool, queue).name, change)
    return Redirect("/pools")
