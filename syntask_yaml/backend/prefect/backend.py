"""The backend of a server, put together."""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.backend.base import Features
from syntask_yaml.backend.clock import Clock, utc_now
from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.leases import PrefectLeases
from syntask_yaml.backend.prefect.runs import PrefectRuns
from syntask_yaml.backend.prefect.settings import read_connection
from syntask_yaml.backend.prefect.values import PrefectValues
from syntask_yaml.backend.prefect.write import DeploymentWriter


class PrefectBackend(DeploymentWriter, PrefectValues, PrefectRuns, PrefectLeases):
    """A `Backend` on a Prefect 3 server or Prefect Cloud. Threads may share one."""

    def __init__(self, api: Api, *, clock: Clock = utc_now, has_sla: bool = False) -> None:
        super().__init__(api, clock)
        self.url = api.url
        # What a deployment promises can be told to Cloud, and not be asked for.
        forgets = frozenset({"sla"}) if has_sla else frozenset()
        self.features = Features(triggers=True, sla=has_sla, forgets=forgets)

    @classmethod
    def open(cls, url: str, environ: Mapping[str, str], *, clock: Clock = utc_now) -> PrefectBackend:
        """The backend of the API at *url*, with the settings in *environ*. Nothing is sent yet."""
        connection = read_connection(url, environ)
        return cls(Api(connection), clock=clock, has_sla=connection.is_cloud)

    def close(self) -> None:
        self._api.close()
