"""The interface for work pools and queues, and rules that both backends share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from syntask_yaml.backend.ids import check_name, new_id
from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound
from syntask_yaml.model.activity import Activity
from syntask_yaml.model.pool import DEFAULT_QUEUE, PoolStatus, WorkPool, WorkQueue
from syntask_yaml.model.pool_type import DEFAULT_TYPE, SERVED_LIST, SERVED_TYPES, pool_type
from syntask_yaml.model.value import Json
from syntask_yaml.model.worker import ServingWorker

DEFAULT_POOL = WorkPool(
    name="default",
    type=DEFAULT_TYPE,
    description="Runs flows as processes of this machine.",
    base_job_template=pool_type(DEFAULT_TYPE).template,
)

ELSEWHERE = "Pools of other types need a Prefect server and its workers."


class WorkPools(Protocol):
    """Operations on work pools, their queues, and the workers that serve them."""

    def pools(self) -> list[WorkPool]:
        """Return all work pools by name."""
        ...

    def pool_types(self) -> list[str]:
        """Return the types of new pools by name; empty if the backend does not report them."""
        ...

    def create_pool(self, pool: WorkPool) -> WorkPool:
        """Create a pool. Raises BackendConflict if its name is taken, BackendRefused for an unknown type."""
        ...

    def update_pool(self, name: str, changes: Mapping[str, Json]) -> WorkPool:
        """Change the `description`, `base_job_template`, `is_paused` or `concurrency_limit` of a pool."""
        ...

    def delete_pool(self, name: str) -> bool:
        """Delete a pool that no deployment uses. Return whether it existed."""
        ...

    def pool_template(self, type: str) -> Mapping[str, Json]:
        """Return the base job template of new pools of *type*. Raises BackendRefused for an unknown type."""
        ...

    def queues(self) -> list[WorkQueue]:
        """Return all work queues by pool and priority."""
        ...

    def create_queue(self, queue: WorkQueue) -> WorkQueue:
        """Create a queue, and shift the priorities of the others if necessary.

        Raises BackendConflict if the pool has a queue of that name, NotFound if the pool does not exist.
        """
        ...

    def update_queue(self, pool: str, name: str, changes: Mapping[str, Json]) -> WorkQueue:
        """Change the `description`, `priority`, `concurrency_limit` or `is_paused` of a queue."""
        ...

    def delete_queue(self, pool: str, name: str) -> bool:
        """Delete a queue that is not the default and that no deployment uses. Return whether it existed."""
        ...

    def queue_activity(
        self, queues: Collection[WorkQueue], now: datetime
    ) -> Mapping[tuple[str, str], Activity]:
        """Return the last and next runs of at least *queues*, by pool and queue.

        On a server, only runs that are in a queue count, and the number of requests is limited: of very many
        queues and deployments, some may be missing.
        """
        ...

    def workers(self, *, pool: str | None = None) -> list[ServingWorker]:
        """Return the online and recent workers of all work pools, or of *pool*, by pool and name."""
        ...


def template_of(type: str) -> Mapping[str, Json]:
    """Return the template of new pools of *type*. Raises BackendRefused for a type that is not served."""
    known = pool_type(type)
    if not known.is_served:
        from syntask_yaml.diagnostics import did_you_mean  # not loaded by scripts

        detail = f"The embedded backend does not serve work pools of type `{type}`, only {SERVED_LIST}."
        raise BackendRefused(detail, hint=did_you_mean(type, SERVED_TYPES, otherwise=ELSEWHERE))
    return known.template


def new_pool(pool: WorkPool) -> WorkPool:
    """Return *pool* as a new pool. Raises BackendRefused for an unserved type or an invalid name."""
    template_of(pool.type)
    return furnished(replace(pool, id=new_id()))


def furnished(pool: WorkPool) -> WorkPool:
    """Return *pool* with its status, and by default with the template of its type.

    Raises BackendRefused for an invalid name.
    """
    check_name("work pool", pool.name)
    template = pool.base_job_template or pool_type(pool.type).template
    return replace(pool, base_job_template=template, status=_status(pool))


def _status(pool: WorkPool) -> str:
    return PoolStatus.PAUSED if pool.is_paused else PoolStatus.NOT_READY


def pool_exists(name: str) -> BackendConflict:
    return BackendConflict(f"A work pool `{name}` already exists.", hint="Choose another name.")


def no_such_pool(name: str) -> NotFound:
    return NotFound(f"The backend has no work pool `{name}`.", hint="`syntask work-pool ls` lists them.")


def check_unused(what: str, deployments: Sequence[str]) -> None:
    """Raise BackendConflict if *deployments* (`flow/name`) use *what*, a pool or queue."""
    if deployments:
        listed = ", ".join(f"`{each}`" for each in deployments[:8]) + (", …" if len(deployments) > 8 else "")
        raise BackendConflict(f"{what} is used by {listed}.", hint="Move or delete the deployments first.")


def moved(order: Sequence[str], name: str, priority: int) -> Mapping[str, int]:
    """Return the priorities of the queues of a pool, by name, after *name* gets *priority*.

    *order* has the queues from first to last. The others keep their order and get the remaining numbers from
    1, as on Prefect servers.
    """
    free = (number for number in range(1, len(order) + 2) if number != priority)
    return {name: priority, **dict(zip((each for each in order if each != name), free, strict=False))}


def queue_exists(pool: str, name: str) -> BackendConflict:
    return BackendConflict(
        f"The work pool `{pool}` already has a work queue `{name}`.", hint="Choose another name."
    )


def no_such_queue(pool: str, name: str) -> NotFound:
    return NotFound(
        f"The work pool `{pool}` has no work queue `{name}`.", hint="`syntask work-queue ls` lists them."
    )


def check_deletable(pool: str, name: str, deployments: Sequence[str]) -> None:
    """Raise BackendConflict for the default queue of a pool, and for one that *deployments* use."""
    if name == DEFAULT_QUEUE:
        raise BackendConflict(
            f"The default work queue of the work pool `{pool}` cannot be deleted.",
            hint="Pause it, or delete the work pool.",
        )
    check_unused(f"The work queue `{name}`", deployments)
