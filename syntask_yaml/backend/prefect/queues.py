"""The work queues that deployments name, made before them.

A server makes a queue along with the first deployment that names it. Of two at the same time it refuses
one, and two queues at the same time get the same priority.
"""

from __future__ import annotations

from collections.abc import Iterable

from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.errors import BackendError, BackendUnreachable
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.value import known


def make_queues(api: Api, wanted: Iterable[Deployment], *, there: Iterable[Raw]) -> None:
    """Make the queues that *wanted* deployments name, in their order, but for those of deployments *there*.

    One that cannot be made is there already, or the deployment that names it will say why not.
    Raises BackendUnreachable.
    """
    found = {(raw.get("work_pool_name"), raw.get("work_queue_name")) for raw in there}
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
