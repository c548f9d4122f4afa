"""List all work queues. A server lists them only by name.

Every pool has a queue `default`. PostgreSQL has no order of queues with the same name: of more than a page,
some are on no page.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import Refused


def every_queue(api: Api) -> Sequence[Raw]:
    """Return all work queues; pool by pool where their list lacks some."""
    pages = api.pages("work_queues", {})
    found = pages.all()
    return found if len(found) >= pages.length else queues_by_pool(api)


def queues_by_pool(api: Api) -> Sequence[Raw]:
    """Return the work queues of each pool."""
    reads = [partial(_queues_of, api, raw["name"]) for raw in api.every("work_pools")]
    return [raw for found in api.together(reads) for raw in found]


def _queues_of(api: Api, pool: str) -> Sequence[Raw]:
    try:
        found = api.every("queues", of=f"/work_pools/{part(pool)}")
    except Refused as error:
        if error.status != 404:  # it was deleted meanwhile
            raise
        return ()
    return [{**raw, "work_pool_name": pool} for raw in found]
