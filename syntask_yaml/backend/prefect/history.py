"""Deploy history on a server: one artifact for each deploy, of a type that its UI does not list.

The artifacts of a project have one key, as the versions of one artifact do: each deploy adds one, and nobody
has to read the others for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.encoding import key_for, part
from syntask_yaml.model.deploy_record import DeployRecord

_TYPE, _PREFIX = "result", "syntask-deploys-"
_AT_ONCE = 50


class PrefectHistory(PrefectBase):
    """The verbs about history."""

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
        body = {"artifacts": {"key": meant}, "sort": "CREATED_DESC", "limit": _AT_ONCE}
        seen: set[str] = set()  # a deploy meanwhile moves the others to the next page
        for offset in count(0, _AT_ONCE):
            found = self._server.listed("/artifacts/filter", "deploys", {**body, "offset": offset})
            for raw in found:
                record = DeployRecord.from_json(str(raw["id"]), raw.get("data"))
                if record is not None and record.id not in seen and project in (None, record.project):
                    seen.add(record.id)
                    yield record
            if len(found) < _AT_ONCE:
                return
