"""Workers, stored as one row each, which heartbeats renew."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import from_json, from_moment, to_json, to_moment
from syntask_yaml.model.worker import ServingWorker

# Workers without a heartbeat for this time are deleted.
_KEPT = timedelta(days=7)


class EmbeddedWorkers(EmbeddedBase):
    """Operations on workers."""

    def workers(self, *, pool: str | None = None) -> list[ServingWorker]:
        now = to_moment(self._clock())
        return [_worker_of(row, now) for row in self._store.all("workers") if pool in (None, row["pool"])]

    def beat(self, worker: ServingWorker, now: datetime, *, seconds: float) -> None:
        with self._store.transaction():
            self._store.change("forget_workers", before=to_moment(now - _KEPT))
            self._store.change(
                "put_worker",
                name=worker.name,
                pool=worker.pool,
                version=worker.version,
                seen=to_moment(now),
                online_until=to_moment(now + timedelta(seconds=seconds)),
                run_limit=worker.limit,
                queues=to_json(worker.queues),
            )


def _worker_of(row: sqlite3.Row, now: int) -> ServingWorker:
    return ServingWorker(
        name=row["name"],
        pool=row["pool"],
        type=row["type"],
        version=row["version"],
        is_online=row["online_until"] > now,
        seen=from_moment(row["seen"]),
        running=row["running"],
        limit=row["run_limit"],
        queues=tuple(from_json(row["queues"])),
    )
