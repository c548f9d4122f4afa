"""Work pools and variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask_yaml.backend.ids import check_name
from syntask_yaml.backend.pools import check_unused, no_such_pool, pool_exists
from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.backend.prefect.leases import PREFIX as LEASE
from syntask_yaml.backend.prefect.resource_ledgers import PREFIX as LEDGER
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.block import Variable
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.value import Json

# Prefixes of internal variables.
_HIDDEN = (LEASE, LEDGER)


class PrefectValues(PrefectBase):
    """Operations on work pools and variables."""

    def pools(self) -> list[WorkPool]:
        found = self._api.every("work_pools")
        if found and "storage_configuration" in found[0]:  # a recent Prefect 3
            self._api.accept_version()
        else:
            self._api.check_version()
        pools = self._api.parsed(lambda: [_pool(raw) for raw in found])
        self._pool_types.update((pool.name, pool.type) for pool in pools)
        return sorted(pools, key=lambda pool: pool.name)

    def pool_types(self) -> list[str]:
        return sorted(self._workers())

    def create_pool(self, pool: WorkPool) -> WorkPool:
        check_name("work pool", pool.name)
        body = {
            "name": pool.name,
            "type": pool.type,
            "description": pool.description,
            "base_job_template": self._template(pool.base_job_template or self.pool_template(pool.type)),
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
        body = {
            key: self._template(value) if key == "base_job_template" else value
            for key, value in changes.items()
        }
        if not self._api.patch(place, body):
            raise no_such_pool(name)
        changed = self._api.get(place, "work_pools") or {}
        return self._api.parsed(lambda: _pool(changed))

    def _template(self, template: Json) -> Json:
        """Return *template* with its references in the namespace of stock workers."""
        found: Json = self._api.dialect.references(template)
        return found

    def delete_pool(self, name: str) -> bool:
        used = self._names_in({"work_pools": {"name": {"any_": [name]}}})
        check_unused(f"The work pool `{name}`", used)
        return self._api.delete(f"/work_pools/{part(name)}")

    def pool_template(self, type: str) -> Mapping[str, Json]:
        """Return the template of a worker type. Raises BackendRefused, which lists the types, if unknown."""
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
        """Return the worker types that the server knows; empty if it does not support the request."""
        collections = self._server.get("/collections/views/aggregate-worker-metadata") or {}
        return self._api.parsed(
            lambda: {name: worker for workers in collections.values() for name, worker in workers.items()}
        )

    def variables(self) -> list[Variable]:
        found = self._server.every("variables")
        variables = self._api.parsed(
            lambda: [_variable(raw) for raw in found if not raw["name"].startswith(_HIDDEN)]
        )
        return sorted(variables, key=lambda variable: variable.name)

    def variable(self, name: str) -> Variable | None:
        raw = (
            None
            if name.startswith(_HIDDEN)
            else self._server.get(f"/variables/name/{part(name)}", "variables")
        )
        return None if raw is None else self._api.parsed(lambda: _variable(raw))

    def set_variable(self, variable: Variable) -> None:
        place = f"/variables/name/{part(variable.name)}"
        body = {"value": variable.value, "tags": list(variable.tags)}
        if self._server.patch(place, body):
            return
        try:
            self._api.post("/variables/", {"name": variable.name, **body})
        except Refused as error:
            # Created by another client in between, or by a request whose response was lost.
            if error.status != 409 or not self._api.patch(place, body):
                raise

    def unset_variable(self, name: str) -> bool:
        return self._server.delete(f"/variables/name/{part(name)}")


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
