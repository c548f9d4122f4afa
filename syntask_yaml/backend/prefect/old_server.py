"""A server of Prefect 2 or 3 that users migrate from, for reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from types import MappingProxyType

from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.backend.prefect.old_api import OldApi
from syntask_yaml.backend.prefect.old_block import OldBlock, old_block
from syntask_yaml.backend.prefect.old_deployment import OldDeployment, OldQueue
from syntask_yaml.backend.prefect.queues import every_queue
from syntask_yaml.backend.prefect.settings import read_connection
from syntask_yaml.model.pool import DEFAULT_QUEUE

_NOTHING: Mapping[str, str] = MappingProxyType({})
_BLOCKS = ("infrastructure", "storage")


class OldServer:
    """Operations that read a server. All of them raise BackendError and its subclasses."""

    def __init__(self, api: OldApi) -> None:
        self.api = api
        self.url = api.url

    @classmethod
    def open(cls, url: str, environ: Mapping[str, str] = _NOTHING) -> OldServer:
        """Return the server of the API at *url*, with the settings in *environ*. Sends no request."""
        return cls(OldApi(read_connection(url, environ)))

    def close(self) -> None:
        self.api.close()

    def deployments(self) -> list[OldDeployment]:
        """Return all deployments with their blocks, by `flow/name`."""
        self.api.check_version()
        raws, flows = self.api.both(partial(self.api.every, "deployments"), partial(self.api.every, "flows"))
        names = {flow["id"]: str(flow["name"]) for flow in flows}
        types = {pool["name"]: str(pool["type"]) for pool in self.api.every("work_pools")}
        blocks = self._blocks(raw.get(f"{each}_document_id") for raw in raws for each in _BLOCKS)
        found = (
            OldDeployment(
                id=raw["id"],
                flow=names[raw["flow_id"]],
                fields=raw,
                infrastructure=blocks.get(raw.get("infrastructure_document_id")),
                storage=blocks.get(raw.get("storage_document_id")),
                pool_type=types.get(raw.get("work_pool_name"), ""),
            )
            for raw in raws
            if raw["flow_id"] in names  # skip those of a flow deleted in the meantime
        )
        return sorted(found, key=lambda each: each.full_name)

    def _blocks(self, ids: Iterable[str | None]) -> dict[str | None, OldBlock]:
        """Return blocks by id: anonymous blocks are in no list."""
        wanted = list(dict.fromkeys(filter(None, ids)))
        places = [f"/block_documents/{part(block_id)}" for block_id in wanted]
        read = [partial(self.api.get, place, "block_documents") for place in places]
        found = zip(wanted, self.api.together(read), strict=True)
        return {block_id: self._block(raw) for block_id, raw in found if raw is not None}

    def block(self, type: str, name: str) -> OldBlock | None:
        """Return the block with a type and name; None if it does not exist."""
        place = f"/block_types/slug/{part(type)}/block_documents/name/{part(name)}"
        raw = self.api.get(place, "block_documents")
        return None if raw is None else self._block(raw)

    def _block(self, raw: Raw) -> OldBlock:
        return self.api.parsed(partial(old_block, raw))

    def limited_queues(self) -> list[OldQueue]:
        """Return the work queues with a limit or a custom priority, by pool and name."""
        queues = [
            OldQueue(
                raw.get("work_pool_name") or "",
                raw["name"],
                raw.get("concurrency_limit"),
                raw.get("priority"),
            )
            for raw in every_queue(self.api)
        ]
        limited = (each for each in queues if each.limit is not None and each.name != DEFAULT_QUEUE)
        return sorted(limited, key=lambda queue: (queue.pool, queue.name))

    def tag_limits(self) -> dict[str, int]:
        """Return the limits on concurrent task runs, by tag."""
        try:
            raws = self.api.every("concurrency_limits")
        except Refused as error:
            if error.status not in (404, 405):
                raise
            raws = []
        return {raw["tag"]: int(raw.get("concurrency_limit") or 0) for raw in sorted(raws, key=_tag)}


def _tag(raw: Raw) -> str:
    return str(raw["tag"])
