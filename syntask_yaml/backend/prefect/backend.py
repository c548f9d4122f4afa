"""The backend of a Prefect server, composed of its parts."""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.backend.base import Features
from syntask_yaml.backend.clock import Clock, utc_now
from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.automations import PrefectAutomations
from syntask_yaml.backend.prefect.blocks import PrefectBlocks
from syntask_yaml.backend.prefect.children import PrefectChildren
from syntask_yaml.backend.prefect.concurrency_limits import PrefectConcurrencyLimits
from syntask_yaml.backend.prefect.history import PrefectHistory, PrefectLedgers
from syntask_yaml.backend.prefect.leases import PrefectLeases
from syntask_yaml.backend.prefect.queue_activity import PrefectQueueActivity
from syntask_yaml.backend.prefect.queues import PrefectQueues
from syntask_yaml.backend.prefect.resource_ledgers import PrefectResourceLedgers
from syntask_yaml.backend.prefect.runs import PrefectRuns
from syntask_yaml.backend.prefect.settings import read_connection
from syntask_yaml.backend.prefect.values import PrefectValues
from syntask_yaml.backend.prefect.workers import PrefectWorkers
from syntask_yaml.backend.prefect.write import DeploymentWriter
from syntask_yaml.model.automation import ACTIONS


class PrefectBackend(
    DeploymentWriter,
    PrefectQueueActivity,
    PrefectAutomations,
    PrefectConcurrencyLimits,
    PrefectValues,
    PrefectBlocks,
    PrefectQueues,
    PrefectWorkers,
    PrefectRuns,
    PrefectChildren,
    PrefectLeases,
    PrefectHistory,
    PrefectLedgers,
    PrefectResourceLedgers,
):
    """A `Backend` on a Prefect 3 server or Prefect Cloud. Threads can share one."""

    def __init__(self, api: Api, *, clock: Clock = utc_now, is_cloud: bool = False) -> None:
        super().__init__(api, clock)
        self.url = api.url
        # The SLAs of a deployment can be written to Cloud, but not read.
        forgets = frozenset({"sla"}) if is_cloud else frozenset()
        self.features = Features(
            triggers=True,
            sla=is_cloud,
            actions=frozenset(name for name, each in ACTIONS.items() if not each.instead),
            has_hosted_pools=is_cloud,
            forgets=forgets,
        )

    @classmethod
    def open(cls, url: str, environ: Mapping[str, str], *, clock: Clock = utc_now) -> PrefectBackend:
        """Return the backend of the API at *url*, with the settings in *environ*. Sends no request."""
        connection = read_connection(url, environ)
        return cls(Api(connection), clock=clock, is_cloud=connection.is_cloud)

    def close(self) -> None:
        self._api.close()
