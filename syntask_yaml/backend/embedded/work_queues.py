"""The work queues of pools."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.ids import check_name
from syntask_yaml.backend.pools import check_deletable, moved, no_such_pool, no_such_queue, queue_exists
from syntask_yaml.model.pool import DEFAULT_QUEUE, WorkQueue


class EmbeddedWorkQueues(EmbeddedBase):
    """Operations on work queues."""

    def queues(self) -> list[WorkQueue]:
        return [_queue_of(row) for row in self._store.all("queues")]

    def create_queue(self, queue: WorkQueue) -> WorkQueue:
        check_name("work queue", queue.name)
        with self._store.transaction():
            if self._store.one("pool", name=queue.pool) is None:
                raise no_such_pool(queue.pool)
            if not self._store.change("add_queue", pool=queue.pool, name=queue.name):
                raise queue_exists(queue.pool, queue.name)
            self._save(queue)
            return self._found(queue.pool, queue.name)

    def update_queue(self, pool: str, name: str, changes: Mapping[str, Any]) -> WorkQueue:
        with self._store.transaction():
            self._save(replace(self._found(pool, name), **{"priority": None, **changes}))
            return self._found(pool, name)

    def delete_queue(self, pool: str, name: str) -> bool:
        with self._store.transaction():
            used = self._store.all("deployments_in", pool=pool, queue=name)
            check_deletable(pool, name, [row["full_name"] for row in used])
            self._store.change("move_waiting_runs", pool=pool, name=name, other=DEFAULT_QUEUE)
            return self._store.change("drop_queue", pool=pool, name=name) > 0

    def _found(self, pool: str, name: str) -> WorkQueue:
        """Return the queue. Raises NotFound."""
        rows = self._store.all("queues_of", pool=pool)
        found = next((_queue_of(row) for row in rows if row["name"] == name), None)
        if found is None:
            raise no_such_queue(pool, name)
        return found

    def _save(self, queue: WorkQueue) -> None:
        """Store the settings of an existing queue, and its priority unless that is None."""
        self._store.change(
            "save_queue",
            pool=queue.pool,
            name=queue.name,
            description=queue.description,
            concurrency_limit=queue.concurrency_limit,
            is_paused=queue.is_paused,
        )
        if queue.priority is not None:
            order = [row["name"] for row in self._store.all("queues_of", pool=queue.pool)]
            self._store.change("negate_queue_priorities", pool=queue.pool)
            for name, priority in moved(order, queue.name, queue.priority).items():
                self._store.change("set_queue_priority", pool=queue.pool, name=name, priority=priority)


def _queue_of(row: sqlite3.Row) -> WorkQueue:
    return WorkQueue(
        pool=row["pool"],
        name=row["name"],
        description=row["description"],
        priority=row["priority"],
        concurrency_limit=row["concurrency_limit"],
        is_paused=bool(row["is_paused"]),
    )
