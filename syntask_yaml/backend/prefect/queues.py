"""Work queues: their operations, and the creation of queues for deployments.

A server creates a queue with the first deployment in it. If two such deployments are created concurrently, it
rejects one; two queues created concurrently get the same priority.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from syntask_yaml.backend.ids import check_name
from syntask_yaml.backend.pools import check_deletable, no_such_pool, no_such_queue, queue_exists
from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw, moment
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import AnswerLost, Refused
from syntask_yaml.errors import BackendError, BackendUnreachable
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.pool import DEFAULT_QUEUE, WorkQueue
from syntask_yaml.model.value import Json, known


class PrefectQueues(PrefectBase):
    """Operations on work queues."""

    def queues(self) -> list[WorkQueue]:
        found = every_queue(self._api)
        queues = self._api.parsed(lambda: [_queue(raw, raw["work_pool_name"]) for raw in found])
        return sorted(queues, key=lambda queue: (queue.pool, queue.priority or 0, queue.name))

    def create_queue(self, queue: WorkQueue) -> WorkQueue:
        check_name("work queue", queue.name)
        body = {
            "name": queue.name,
            "description": queue.description,
            "concurrency_limit": queue.concurrency_limit,
            "is_paused": queue.is_paused,
            **({} if queue.priority is None else {"priority": queue.priority}),
        }
        try:
            self._api.post(f"/work_pools/{part(queue.pool)}/queues", body, repeats=False)
        except AnswerLost:
            pass  # the queue is read below
        except Refused as error:
            if error.status == 404:
                raise no_such_pool(queue.pool) from error
            raise queue_exists(queue.pool, queue.name) if error.status == 409 else error from error
        return self._found(queue.pool, queue.name)

    def update_queue(self, pool: str, name: str, changes: Mapping[str, Json]) -> WorkQueue:
        if not self._api.patch(_place(pool, name), changes):
            raise no_such_queue(pool, name)
        return self._found(pool, name)

    def delete_queue(self, pool: str, name: str) -> bool:
        chosen = {"work_pools": {"name": {"any_": [pool]}}, "work_pool_queues": {"name": {"any_": [name]}}}
        check_deletable(pool, name, self._names_in(chosen))
        return self._api.delete(_place(pool, name))

    def _found(self, pool: str, name: str) -> WorkQueue:
        """Return the queue on the server. Raises NotFound."""
        raw = self._api.get(_place(pool, name), "work_queues")
        if raw is None:
            raise no_such_queue(pool, name)
        return self._api.parsed(lambda: _queue(raw, pool))


def _place(pool: str, name: str) -> str:
    return f"/work_pools/{part(pool)}/queues/{part(name)}"


def _queue(raw: Raw, pool: str) -> WorkQueue:
    return WorkQueue(
        pool=pool,
        name=raw["name"],
        description=raw.get("description") or None,
        priority=raw.get("priority"),
        concurrency_limit=raw.get("concurrency_limit"),
        is_paused=bool(raw.get("is_paused")),
        id=raw["id"],
        polled=moment(raw.get("last_polled")),
    )


def make_queues(api: Api, wanted: Iterable[Deployment], *, existing: Iterable[Raw]) -> None:
    """Create the queues of the *wanted* deployments, in order, except those of *existing* deployments.

    Errors other than BackendUnreachable are ignored: the queue exists, or writing the deployment will report
    them.
    """
    found = {(raw.get("work_pool_name"), raw.get("work_queue_name")) for raw in existing}
    for pool, queue in dict.fromkeys((known(each.work_pool), known(each.work_queue)) for each in wanted):
        if pool and queue and queue != DEFAULT_QUEUE and (pool, queue) not in found:
            _make(api, pool, queue)


def _make(api: Api, pool: str, queue: str) -> None:
    try:
        api.post(f"/work_pools/{part(pool)}/queues", {"name": queue})
    except BackendUnreachable:
        raise
    except BackendError:
        return


def every_queue(api: Api) -> Sequence[Raw]:
    """Return all work queues. If the server's list is incomplete, read it pool by pool.

    A server sorts the list only by name, and every pool has a queue `default`. PostgreSQL sorts equal names
    arbitrarily, so that some of more than a page are missing.
    """
    pages = api.pages("work_queues", {})
    found = pages.all()
    return found if len(found) >= pages.length else queues_by_pool(api)


def queues_by_pool(api: Api) -> Sequence[Raw]:
    """Return the work queues of all pools."""
    reads = [partial(_queues_of, api, raw["name"]) for raw in api.every("work_pools")]
    return [raw for found in api.together(reads) for raw in found]


def _queues_of(api: Api, pool: str) -> Sequence[Raw]:
    try:
        found = api.every("queues", of=f"/work_pools/{part(pool)}")
    except Refused as error:
        if error.status != 404:  # deleted in the meantime
            raise
        return ()
    return [{**raw, "work_pool_name": pool} for raw in found]
