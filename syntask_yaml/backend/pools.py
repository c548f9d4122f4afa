"""The work pools that our own worker serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from syntask_yaml.backend.ids import check_name, new_id
from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.pool_type import DEFAULT_TYPE, SERVED_LIST, pool_type
from syntask_yaml.model.value import Json

DEFAULT_POOL = WorkPool(
    name="default",
    type=DEFAULT_TYPE,
    description="Runs flows as processes of this machine.",
    base_job_template=pool_type(DEFAULT_TYPE).template,
)

ELSEWHERE = "Pools of other types need a Prefect server and its workers."


def template_of(type: str) -> Mapping[str, Json]:
    """Return the template of a new pool of *type*. Raises BackendRefused for a type that is not served."""
    known = pool_type(type)
    if not known.is_served:
        detail = f"The embedded backend does not serve work pools of type `{type}`, only {SERVED_LIST}."
        raise BackendRefused(detail, hint=ELSEWHERE)
    return known.template


def new_pool(pool: WorkPool) -> WorkPool:
    """Return *pool* as it is created. Raises BackendRefused for an unserved type or an invalid name."""
    template_of(pool.type)
    return furnished(replace(pool, id=new_id()))


def furnished(pool: WorkPool) -> WorkPool:
    """Return *pool* as it is stored: by default with the template of its type, and with its status.

    Raises BackendRefused for an invalid name.
    """
    check_name("work pool", pool.name)
    template = pool.base_job_template or pool_type(pool.type).template
    return replace(pool, base_job_template=template, status=_status(pool))


def _status(pool: WorkPool) -> str:
    if pool.is_paused:
        return "PAUSED"
    return "READY" if pool_type(pool.type).is_served else "NOT_READY"


def pool_exists(name: str) -> BackendConflict:
    return BackendConflict(f"A work pool `{name}` already exists.", hint="Choose another name.")


def no_such_pool(name: str) -> NotFound:
    return NotFound(f"The backend has no work pool `{name}`.", hint="`syntask work-pool ls` lists them.")


def check_unused(what: str, deployments: Sequence[str]) -> None:
    """Raise BackendConflict if *what*, a pool or queue in words, is used by *deployments* (`flow/name`)."""
    if deployments:
        listed = ", ".join(f"`{each}`" for each in deployments[:8]) + (", …" if len(deployments) > 8 else "")
        raise BackendConflict(f"{what} is used by {listed}.", hint="Move or delete the deployments first.")
