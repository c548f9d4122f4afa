"""The work pools that our own worker serves: those of type `process`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from syntask_yaml.backend.naming import check_name
from syntask_yaml.errors import BackendConflict
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


# The types that our own worker serves.
SERVED_TYPES = (DEFAULT_POOL.type,)


def furnished(pool: WorkPool) -> WorkPool:
    """*pool* as it is kept: with the template of its type where it brings none, and its status.

    Raises BackendRefused for a name that cannot be.
    """
    check_name("work pool", pool.name)
    template = pool.base_job_template
    if not template and pool.type == DEFAULT_POOL.type:
        template = PROCESS_TEMPLATE
    return replace(pool, base_job_template=template, status="PAUSED" if pool.is_paused else "READY")


def pool_exists(name: str) -> BackendConflict:
    return BackendConflict(f"There is a work pool `{name}` already.", hint="Take another name.")
