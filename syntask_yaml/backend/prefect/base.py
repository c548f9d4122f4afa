"""The base class of the parts of the backend of a Prefect server."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from syntask_yaml.backend.base import Features
from syntask_yaml.backend.clock import Clock
from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.bodies import Raw, flow_name_in
from syntask_yaml.backend.prefect.faults import AnswerLost
from syntask_yaml.backend.prefect.pages import PAGE


class PrefectBase:
    """A part of the backend. Names of objects are cached, because they never change."""

    features: Features

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._flow_names: dict[str, str] = {}
        self._deployment_names: dict[str, str] = {}
        self._pool_types: dict[str, str] = {}

    @property
    def _server(self) -> Api:
        """The API, after the check that it is that of Prefect 3."""
        self._api.check_version()
        return self._api

    def _made(self, kind: str, body: Mapping[str, Any], path: str) -> Raw:
        """Create an object of *kind*. If the response is lost, return the object at *path*, or try again."""
        make = partial(self._api.made, f"/{kind}/", body, kind, repeats=False)
        try:
            return make()
        except AnswerLost:
            return self._api.get(path, kind, include_secrets="true") or make()

    def _names_in(self, chosen: Mapping[str, Any]) -> list[str]:
        """Return the `flow/name` of the deployments that match the filter *chosen*."""
        found = self._api.every("deployments", chosen)
        self._learn_flows(found)
        return sorted(f"{self._flow_names.get(raw['flow_id'], '?')}/{raw['name']}" for raw in found)

    def _learn_flows(self, of: Collection[Raw]) -> None:
        """Cache the names of the flows of deployments or runs. Those without a label are requested."""
        for raw in of:
            if (name := flow_name_in(raw)) is not None:
                self._flow_names.setdefault(raw["flow_id"], name)
        unknown = sorted({raw["flow_id"] for raw in of} - self._flow_names.keys())
        parts = [unknown[start : start + PAGE] for start in range(0, len(unknown), PAGE)]
        for found in self._api.together([partial(self._flows, part) for part in parts]):
            self._flow_names.update((flow["id"], flow["name"]) for flow in found)

    def _flows(self, ids: Sequence[str]) -> list[Raw]:
        """Return the flows with *ids*, at most one page."""
        chosen = {"flows": {"id": {"any_": ids}}}
        return self._api.pages("flows", chosen).all(enough=len(ids))
