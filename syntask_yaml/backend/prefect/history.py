"""History on a server: an artifact for each deploy, of a type that its pages do not list.

The artifacts of a project have one key, as the versions of one artifact do: each deploy adds one, and nobody
has to read the others for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import count
from typing import Any

from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.encoding import part
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
        body = {"key": _key(record.project), "type": _TYPE, "data": content, "description": about}
        return replace(record, id=str(self._api.made("/artifacts/", body)["id"]))

    def deploy_records(self, project: str | None = None) -> Iterator[DeployRecord]:
        meant: Mapping[str, Any] = {"like_": _PREFIX} if project is None else {"any_": [_key(project)]}
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


def _key(project: str) -> str:
    """The key for the deploys of *project*: a server takes no other letters than these."""
    return f"{_PREFIX}{sha256(project.encode()).hexdigest()[:32]}"
