"""The API of a server that users migrate from: Prefect 2.10 to 2.20, or 3."""

from __future__ import annotations

import re
from collections.abc import Mapping

from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.faults import no_api
from syntask_yaml.backend.prefect.settings import Connection
from syntask_yaml.backend.prefect.shapes import FLAG, NUMBER, SHAPES, TEXT, Shape
from syntask_yaml.errors import BackendError, BackendRefused

# Work pools were added in 2.10, and lists of schedules in 2.17.
_OLDEST = (2, 10)
_ANY: Shape = dict | None
_REFERENCED: Shape = {"id": TEXT, "name": TEXT, "is_anonymous": FLAG, "block_type": {"slug": TEXT}}

# Differences to a server of Prefect 3: fields that were added or removed.
_SHAPES: Mapping[str, Mapping[str, Shape]] = {
    **SHAPES,
    "deployments": {
        **dict.fromkeys(("id", "name", "flow_id"), str),
        **dict.fromkeys(("entrypoint", "path", "description", "version", "manifest_path"), TEXT),
        **dict.fromkeys(("work_pool_name", "work_queue_name"), TEXT),
        **dict.fromkeys(("infrastructure_document_id", "storage_document_id"), TEXT),
        **dict.fromkeys(("parameters", "infra_overrides", "job_variables", "schedule"), _ANY),
        **dict.fromkeys(("is_schedule_active", "paused", "enforce_parameter_schema"), FLAG),
        "parameter_openapi_schema": _ANY,
        "tags": [str],
        "schedules": [{"id": TEXT, "active": FLAG, "schedule": _ANY, "parameters": _ANY, "slug": TEXT}],
        "concurrency_limit": int | None,
        "pull_steps": [_ANY],
    },
    "work_queues": {
        **dict.fromkeys(("id", "name"), str),
        "work_pool_name": TEXT,
        **dict.fromkeys(("concurrency_limit", "priority"), int | None),
    },
    "concurrency_limits": {"id": str, "tag": str, "concurrency_limit": NUMBER},
    "work_pools": {"id": str, "name": str, "type": str},
    "block_documents": {
        "id": str,
        "name": TEXT,
        "data": dict,
        "is_anonymous": FLAG,
        "block_type": {"slug": TEXT},
        "block_schema": {"fields": {"secret_fields": [str]}},
        "block_document_references": {"*": {"block_document": _REFERENCED}},
    },
}


class OldApi(Api):
    """The API of a server of either version. Threads can share one."""

    shapes = _SHAPES

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._told = ""

    def no_api(self, why: str) -> BackendError:
        """Return the error for a response that no Prefect server sends."""
        return no_api(self.url, why)

    def check_version(self) -> None:
        """Raise BackendRefused for a server older than 2.10. The version is requested once."""
        if not self._told:
            found = self.call("GET", "/admin/version")
            if not isinstance(found, str):
                raise no_api(self.url, "its version is not text")
            self._told = found
        numbers = tuple(map(int, re.findall(r"\d+", self._told)[:2]))
        if numbers < _OLDEST:
            raise BackendRefused(
                f"{self.url} is a Prefect {self._told} server; 2.10 or later is required.",
                hint="Upgrade the server to Prefect 2.20, then run the command again.",
            )

    @property
    def version(self) -> str:
        """The version of the server, such as `2.20.25`. Raises BackendRefused if it is older than 2.10."""
        self.check_version()
        return self._told
