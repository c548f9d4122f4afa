"""What is kept under a name: work pools, variables and blocks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from syntask_yaml.backend.blocks import block_exists, check_fields
from syntask_yaml.backend.ids import check_name
from syntask_yaml.backend.pools import no_such_pool, pool_exists, pool_in_use
from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import AnswerLost, Refused
from syntask_yaml.backend.prefect.leases import PREFIX
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.secret import Secret, revealed
from syntask_yaml.model.value import Json


class PrefectValues(PrefectBase):
    """The verbs about pools, variables and blocks."""

    def pools(self) -> list[WorkPool]:
        found = self._api.every("work_pools")
        if not found or "storage_configuration" not in found[0]:
            self._api.check_version()  # it is not one of late
        pools = self._api.parsed(lambda: [_pool(raw) for raw in found])
        return sorted(pools, key=lambda pool: pool.name)

    def pool_types(self) -> list[str]:
        return sorted(self._workers())

    def create_pool(self, pool: WorkPool) -> WorkPool:
        check_name("work pool", pool.name)
        body = {
            "name": pool.name,
            "type": pool.type,
            "description": pool.description,
            "base_job_template": pool.base_job_template or self.pool_template(pool.type),
            "is_paused": pool.is_paused,
            "concurrency_limit": pool.concurrency_limit,
        }
        path = f"/work_pools/{part(pool.name)}"
        try:
            made = self._made("work_pools", body, path)
        except Refused as error:
            raise pool_exists(pool.name) if error.status == 409 else error from error
        return self._api.parsed(lambda: _pool(made))

    def update_pool(self, name: str, changes: Mapping[str, Json]) -> WorkPool:
        place = f"/work_pools/{part(name)}"
        if not self._api.patch(place, changes):
            raise no_such_pool(name)
        changed = self._api.get(place, "work_pools") or {}
        return self._api.parsed(lambda: _pool(changed))

    def delete_pool(self, name: str) -> bool:
        used = self._api.every("deployments", {"work_pools": {"name": {"any_": [name]}}})
        if used:
            self._look_up_flows(raw["flow_id"] for raw in used)
            raise pool_in_use(
                name, sorted(f"{self._flow_names.get(raw['flow_id'], '?')}/{raw['name']}" for raw in used)
            )
        return self._api.delete(f"/work_pools/{part(name)}")

    def pool_template(self, type: str) -> Mapping[str, Json]:
        """The template of a worker's type; BackendRefused, with those there are, for another."""
        workers = self._workers()
        if workers and type not in workers:
            known = ", ".join(f"`{name}`" for name in sorted(workers))
            hint = did_you_mean(type, workers, otherwise=f"Available types: {known}.")
            raise BackendRefused(f"The server has no work pool type `{type}`.", hint=hint)
        template: Mapping[str, Json] = self._api.parsed(
            lambda: dict(workers[type]["default_base_job_configuration"]) if workers else {}
        )
        return template

    def _workers(self) -> dict[str, Any]:
        """What the server knows of workers, by their type; nothing if it has no such view."""
        collections = self._server.get("/collections/views/aggregate-worker-metadata") or {}
        return self._api.parsed(
            lambda: {name: worker for workers in collections.values() for name, worker in workers.items()}
        )

    def _made(self, kind: str, body: Mapping[str, Any], there: str) -> Raw:
        """The object of *kind* that *body* makes. Where the answer is lost, what stands at *there* is it."""
        make = partial(self._api.made, f"/{kind}/", body, kind, repeats=False)
        try:
            return make()
        except AnswerLost:
            return self._api.get(there, kind, include_secrets="true") or make()

    def variables(self) -> list[Variable]:
        found = self._server.every("variables")
        variables = self._api.parsed(
            lambda: [_variable(raw) for raw in found if not raw["name"].startswith(PREFIX)]
        )
        return sorted(variables, key=lambda variable: variable.name)

    def set_variable(self, variable: Variable) -> None:
        place = f"/variables/name/{part(variable.name)}"
        body = {"value": variable.value, "tags": list(variable.tags)}
        if self._server.patch(place, body):
            return
        try:
            self._api.post("/variables/", {"name": variable.name, **body})
        except Refused as error:
            # Made by somebody else in between, or by a call whose answer was lost.
            if error.status != 409 or not self._api.patch(place, body):
                raise

    def unset_variable(self, name: str) -> bool:
        return self._server.delete(f"/variables/name/{part(name)}")

    def blocks(self) -> list[Block]:
        found = self._server.every("block_documents", {"include_secrets": True})
        blocks = self._api.parsed(lambda: [_block(raw) for raw in found])
        return sorted(blocks, key=lambda block: (block.type, block.name))

    def block(self, type: str, name: str) -> Block | None:
        raw = self._server.get(_block_path(type, name), "block_documents", include_secrets="true")
        return None if raw is None else self._api.parsed(lambda: _block(raw))

    def create_block(self, block: Block) -> Block:
        kind = self._server.get(f"/block_types/slug/{part(block.type)}", "block_types")
        if kind is None:
            raise self._no_block_type(block.type)
        schema = self._newest_schema(str(kind.get("id")))
        fields = schema.get("fields") or {}
        check_fields(block, fields.get("properties") or {}, fields.get("required") or ())
        body = {
            "name": block.name,
            "data": revealed(block.data),
            "block_type_id": kind.get("id"),
            "block_schema_id": schema["id"],
        }
        path = _block_path(block.type, block.name)
        try:
            made = self._made("block_documents", body, path)
        except Refused as error:
            raise block_exists(block) if error.status == 409 else error from error
        return self.block(block.type, block.name) or self._api.parsed(lambda: _block(made))

    def _no_block_type(self, slug: str) -> BackendRefused:
        slugs = [kind["slug"] for kind in self._api.every("block_types")]
        otherwise = "Run `prefect block register -m MODULE` to register the block types of a package."
        return BackendRefused(
            f"The server has no block type `{slug}`.", hint=did_you_mean(slug, slugs, otherwise=otherwise)
        )

    def _newest_schema(self, type_id: str) -> Raw:
        found = self._api.every("block_schemas", {"block_schemas": {"block_type_id": {"any_": [type_id]}}})
        if not found:
            raise BackendRefused(
                "The server has no schema for this block type.", hint="Register the block type again."
            )
        return max(found, key=lambda schema: str(schema.get("created")))

    def delete_block(self, type: str, name: str) -> bool:
        raw = self._server.get(_block_path(type, name), "block_documents")
        return raw is not None and self._api.delete(f"/block_documents/{part(raw['id'])}")


def _pool(raw: Raw) -> WorkPool:
    return WorkPool(
        name=raw["name"],
        id=raw["id"],
        type=raw["type"],
        description=raw.get("description"),
        base_job_template=raw.get("base_job_template") or {},
        is_paused=raw.get("is_paused", False),
        concurrency_limit=raw.get("concurrency_limit"),
        status=raw.get("status"),
    )


def _variable(raw: Raw) -> Variable:
    return Variable(raw["name"], raw["value"], tuple(raw.get("tags") or ()))


def _block_path(type: str, name: str) -> str:
    return f"/block_types/slug/{part(type)}/block_documents/name/{part(name)}"


def _block(raw: Raw) -> Block:
    secret = _secret_fields((raw.get("block_schema") or {}).get("fields") or {})
    data = {
        name: Secret(value) if name in secret and isinstance(value, str) else value
        for name, value in raw["data"].items()
    }
    slug = (raw.get("block_type") or {}).get("slug") or raw.get("block_type_name") or ""
    return Block(slug, raw["name"], data, raw["id"])


def _secret_fields(fields: Raw) -> frozenset[str]:
    """The fields that are secret; what is secret inside of one makes all of it so."""
    return frozenset(name.partition(".")[0] for name in fields.get("secret_fields") or ())
