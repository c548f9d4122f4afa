"""Ledgers on a server: one artifact for each, of a type that its UI does not list.

Labels of a deployment cannot be changed without making it anew, and the value of a variable has an end that
a few dozen deployments reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.encoding import key_for, part

_TYPE, _PREFIX = "result", "syntask-"


class PrefectLedgers(PrefectBase):
    """The verbs about ledgers."""

    def read_ledger(self, name: str) -> dict[str, Any]:
        there = self._latest(name)
        data = there.get("data") if there else None
        return data if isinstance(data, dict) else {}

    def keep_ledger(self, name: str, content: Mapping[str, Any]) -> None:
        there = self._latest(name)
        if there is None:
            about = {"key": key_for(name, _PREFIX), "type": _TYPE, "description": f"syntask: {name}"}
            self._api.post("/artifacts/", {**about, "data": content})
        else:
            self._api.patch(f"/artifacts/{part(there['latest_id'])}", {"data": content})

    def _latest(self, name: str) -> Raw | None:
        # The id that `/artifacts/KEY/latest` returns is none of an artifact: nothing can be changed by it.
        chosen = {"artifacts": {"key": {"any_": [key_for(name, _PREFIX)]}}}
        found = self._api.listed("/artifacts/latest/filter", "artifacts", chosen)
        return found[0] if found else None
