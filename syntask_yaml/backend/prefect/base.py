"""What the parts of the backend have in common."""

from __future__ import annotations

from collections.abc import Iterable

from syntask_yaml.backend.base import Features
from syntask_yaml.backend.clock import Clock
from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.bodies import Raw


class PrefectBase:
    """Some verbs of the port, over one API. Names that were looked up are remembered: they never change."""

    features: Features

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._flow_names: dict[str, str] = {}
        self._deployment_names: dict[str, str] = {}

    @property
    def _server(self) -> Api:
        """The API, once it is known to be Prefect 3's."""
        self._api.check_version()
        return self._api

    def _look_up_flows(self, ids: Iterable[str]) -> None:
        unknown = sorted(set(ids) - self._flow_names.keys())
        if unknown:
            chosen = {"flows": {"id": {"any_": unknown}}}
            self._remember_flows(self._api.every("flows", chosen, expected=len(unknown)))

    def _remember_flows(self, flows: Iterable[Raw]) -> None:
        self._flow_names.update((flow["id"], flow["name"]) for flow in flows)
