"""The work pools that our own worker serves: those of type `process`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from syntask_yaml.backend.ids import check_name, new_id
from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.value import Json

_TEXT_OR_NULL: Json = [{"type": "string"}, {"type": "null"}]

_VARIABLES: Mapping[str, Mapping[str, Json]] = {
    "name": {
        "title": "Name",
        "description": "Name of the process that executes the run.",
        "anyOf": _TEXT_OR_NULL,
        "default": None,
    },
    "env": {
        "title": "Environment Variables",
        "description": "Environment variables of the run; null takes one away.",
        "type": "object",
        "additionalProperties": {"anyOf": _TEXT_OR_NULL},
    },
    "labels": {
        "title": "Labels",
        "description": "Labels for the process.",
        "type": "object",
        "additionalProperties": {"type": "string"},
    },
    "command": {
        "title": "Command",
        "description": "What to execute instead of the flow's own entrypoint.",
        "anyOf": _TEXT_OR_NULL,
        "default": None,
    },
    "stream_output": {
        "title": "Stream Output",
        "description": "Whether the worker shows what the run prints.",
        "type": "boolean",
        "default": True,
    },
    "working_dir": {
        "title": "Working Directory",
        "description": "Where the process starts; a fresh folder if null.",
        "anyOf": [{"type": "string", "format": "path"}, {"type": "null"}],
        "default": None,
    },
}

PROCESS_TEMPLATE: Mapping[str, Json] = {
    "job_configuration": {name: f"{{{{ {name} }}}}" for name in sorted(_VARIABLES)},
    "variables": {"type": "object", "properties": _VARIABLES},
}

DEFAULT_POOL = WorkPool(
    name="default",
    type="process",
    description="Runs flows as processes of this machine.",
    base_job_template=PROCESS_TEMPLATE,
)


# The types that our own worker serves, each with the template of a new pool.
TEMPLATES: Mapping[str, Mapping[str, Json]] = {DEFAULT_POOL.type: PROCESS_TEMPLATE}
SERVED_TYPES = tuple(TEMPLATES)

ELSEWHERE = "Pools of other types need a Prefect server and its workers."


def template_of(type: str) -> Mapping[str, Json]:
    """Return the template of a new pool of *type*. Raises BackendRefused for a type that is not served."""
    if type not in TEMPLATES:
        served = ", ".join(f"`{each}`" for each in SERVED_TYPES)
        raise BackendRefused(
            f"The embedded backend does not serve work pools of type `{type}`, only {served}.", hint=ELSEWHERE
        )
    return TEMPLATES[type]


def new_pool(pool: WorkPool) -> WorkPool:
    """Return *pool* as it is created. Raises BackendRefused for a type that is not served, or a name that
    cannot be."""
    template_of(pool.type)
    return furnished(replace(pool, id=new_id()))


def furnished(pool: WorkPool) -> WorkPool:
    """*pool* as it is kept: with the template of its type where it brings none, and its status.

    Raises BackendRefused for a name that cannot be.
    """
    check_name("work pool", pool.name)
    template = pool.base_job_template or TEMPLATES.get(pool.type, {})
    return replace(pool, base_job_template=template, status=_status(pool))


def _status(pool: WorkPool) -> str:
    if pool.is_paused:
        return "PAUSED"
    return "READY" if pool.type in TEMPLATES else "NOT_READY"


def pool_exists(name: str) -> BackendConflict:
    return BackendConflict(f"There is a work pool `{name}` already.", hint="Take another name.")


def no_such_pool(name: str) -> NotFound:
    return NotFound(f"The backend has no work pool `{name}`.", hint="`syntask work-pool ls` lists them.")


def pool_in_use(name: str, deployments: Sequence[str]) -> BackendConflict:
    """The refusal to delete a pool that *deployments*, by `flow/name`, use."""
    listed = ", ".join(f"`{each}`" for each in deployments[:8]) + (", …" if len(deployments) > 8 else "")
    return BackendConflict(
        f"The work pool `{name}` is used by {listed}.", hint="Move or delete the deployments first."
    )
