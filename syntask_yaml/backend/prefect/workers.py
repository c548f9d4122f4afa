"""The workers of work pools on a server."""

from __future__ import annotations

from functools import partial

from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw, moment
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.backend.prefect.pages import PAGE
from syntask_yaml.model.worker import ServingWorker

_ONLINE = "ONLINE"


class PrefectWorkers(PrefectBase):
    """Operations on workers."""

    def workers(self, *, pool: str | None = None) -> list[ServingWorker]:
        types = self._pool_types
        if pool is None or pool not in types:
            types = {raw["name"]: raw["type"] for raw in self._api.every("work_pools")}
        names = [name for name in types if pool in (None, name)]
        found = self._api.together([partial(self._workers_of, name, types[name]) for name in names])
        return sorted((each for one in found for each in one), key=lambda each: (each.pool, each.name))

    def _workers_of(self, pool: str, type: str) -> list[ServingWorker]:
        try:
            raws = self._every_worker(pool)
        except Refused as error:
            if error.status != 404:  # the pool was deleted in the meantime
                raise
            return []
        return self._api.parsed(lambda: [_worker(raw, pool, type) for raw in raws])

    def _every_worker(self, pool: str) -> list[Raw]:
        """Return all workers of *pool*. Heartbeats reorder the list: read its pages until nothing is new."""
        found: dict[str, Raw] = {}
        while True:
            known = len(found)
            raws = self._api.every("workers", of=f"/work_pools/{part(pool)}")
            found.update((raw["id"], raw) for raw in raws)
            if len(found) < PAGE or len(found) == known:
                return list(found.values())


def _worker(raw: Raw, pool: str, type: str) -> ServingWorker:
    return ServingWorker(
        name=raw["name"],
        pool=pool,
        type=type,
        is_online=raw.get("status") == _ONLINE,
        seen=moment(raw.get("last_heartbeat_time")),
    )
