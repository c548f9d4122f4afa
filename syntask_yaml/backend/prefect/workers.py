"""The workers of a server's pools."""

from __future__ import annotations

from functools import partial

from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw, moment
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.model.worker import ServingWorker

_ONLINE = "ONLINE"


class PrefectWorkers(PrefectBase):
    """The verbs about workers."""

    def workers(self, *, pool: str | None = None) -> list[ServingWorker]:
        pools = [raw for raw in self._api.every("work_pools") if pool in (None, raw["name"])]
        found = self._api.together([partial(self._workers_of, raw) for raw in pools])
        return sorted((each for one in found for each in one), key=lambda each: (each.pool, each.name))

    def _workers_of(self, pool: Raw) -> list[ServingWorker]:
        raws = self._api.every("workers", of=f"/work_pools/{part(pool['name'])}")
        return self._api.parsed(lambda: [_worker(raw, pool) for raw in raws])


def _worker(raw: Raw, pool: Raw) -> ServingWorker:
    return ServingWorker(
        name=raw["name"],
        pool=pool["name"],
        type=pool["type"],
        is_online=raw.get("status") == _ONLINE,
        seen=moment(raw.get("last_heartbeat_time")),
    )
