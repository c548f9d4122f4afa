"""Deploy history and ledgers on a server, stored as artifacts of a type that its UI does not list.

All artifacts of a project have one key, like versions of one artifact: each deploy adds one, without reading
the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.encoding import key_for, part
from syntask_yaml.model.deploy_record import DeployRecord

_TYPE, _PREFIX = "result", "syntask-deploys-"
_PAGE_SIZE = 50


class PrefectHistory(PrefectBase):
    """Operations on the deploy history."""

    def record_deploy(self, record: DeployRecord) -> DeployRecord:
        content = record.as_json()
        if record.id:
            self._api.patch(f"/artifacts/{part(record.id)}", {"data": content})
            return record
        about = f"syntask: a deploy of {record.project}"
        body = {"key": key_for(record.project, _PREFIX), "type": _TYPE, "data": content, "description": about}
        return replace(record, id=str(self._api.made("/artifacts/", body)["id"]))

    def deploy_records(self, project: str | None = None) -> Iterator[DeployRecord]:
        meant: Mapping[str, Any] = (
            {"like_": _PREFIX} if project is None else {"any_": [key_for(project, _PREFIX)]}
        )
        body = {"artifacts": {"key": meant}, "sort": "CREATED_DESC", "limit": _PAGE_SIZE}
        seen: set[str] = set()  # concurrent deploys shift the pages
        for offset in count(0, _PAGE_SIZE):
            found = self._server.listed("/artifacts/filter", "deploys", {**body, "offset": offset})
            for raw in found:
                record = DeployRecord.from_json(str(raw["id"]), raw.get("data"))
                if record is not None and record.id not in seen and project in (None, record.project):
                    seen.add(record.id)
                    yield record
            if len(found) < _PAGE_SIZE:
                return


_LEDGER = "syntask-"


class PrefectLedgers(PrefectBase):
    """Operations on ledgers.

    The alternatives have limits: labels of a deployment can only be changed by overwriting it, and the value
    of a variable has room for a few dozen deployments.
    """

    def read_ledger(self, name: str) -> dict[str, Any]:
        latest = self._latest(name)
        data = latest.get("data") if latest else None
        return data if isinstance(data, dict) else {}

    def keep_ledger(self, name: str, content: Mapping[str, Any]) -> None:
        latest = self._latest(name)
        if latest is None:
            about = {"key": key_for(name, _LEDGER), "type": _TYPE, "description": f"syntask: {name}"}
            self._api.post("/artifacts/", {**about, "data": content})
        else:
            self._api.patch(f"/artifacts/{part(latest['latest_id'])}", {"data": content})

    def _latest(self, name: str) -> Raw | None:
        # The id that `/artifacts/KEY/latest` returns is not that of the artifact, and cannot be used to
        # update it.
        chosen = {"artifacts": {"key": {"any_": [key_for(name, _LEDGER)]}}}
        found = self._api.listed("/artifacts/latest/filter", "artifacts", chosen)
        return found[0] if found else None
