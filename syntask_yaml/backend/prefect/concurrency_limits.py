"""Concurrency limits of a server: those for `concurrency` and those for task runs."""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.backend.concurrency_limits import limit_exists, no_such_limit
from syntask_yaml.backend.ids import check_name
from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit
from syntask_yaml.model.value import Json

_KIND = "v2/concurrency_limits"
_NAMES = {"is_active": "active"}
# The prefix of the limits of deployments, which the server stores in the same list.
_OF_DEPLOYMENTS = "deployment:"


class PrefectConcurrencyLimits(PrefectBase):
    """Operations on concurrency limits, except those of deployments."""

    def concurrency_limits(self) -> list[GlobalConcurrencyLimit]:
        found = self._api.every(_KIND)
        limits = self._api.parsed(lambda: [_limit(raw) for raw in found])
        return sorted(
            (each for each in limits if not each.name.startswith(_OF_DEPLOYMENTS)), key=lambda each: each.name
        )

    def create_concurrency_limit(self, limit: GlobalConcurrencyLimit) -> None:
        check_name("concurrency limit", limit.name)
        body = {
            "name": limit.name,
            "limit": limit.limit,
            "slot_decay_per_second": limit.slot_decay_per_second,
            "active": limit.is_active,
        }
        try:
            self._made(_KIND, body, _place(limit.name))
        except Refused as error:
            raise limit_exists(limit.name) if error.status == 409 else error from error

    def update_concurrency_limit(self, name: str, changes: Mapping[str, Json]) -> None:
        body = {_NAMES.get(key, key): value for key, value in changes.items()}
        if not self._api.patch(_place(name), body):
            raise no_such_limit(name)

    def delete_concurrency_limit(self, name: str) -> bool:
        return self._api.delete(_place(name))


def _place(name: str) -> str:
    return f"/{_KIND}/{part(name)}"


def _limit(raw: Raw) -> GlobalConcurrencyLimit:
    return GlobalConcurrencyLimit(
        name=raw["name"],
        limit=raw["limit"],
        in_use=raw.get("active_slots") or 0,
        slot_decay_per_second=float(raw.get("slot_decay_per_second") or 0),
        is_active=raw["active"],
    )
