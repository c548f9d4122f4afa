"""The table of types of work pools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from syntask_yaml.model.docker_pool import DOCKER_VARIABLES
from syntask_yaml.model.value import Json

_TEXT_OR_NULL: Json = [{"type": "string"}, {"type": "null"}]


def job_template(
    variables: Mapping[str, Mapping[str, Json]], *, required: Sequence[str] = ()
) -> Mapping[str, Json]:
    """Return the base job template for *variables*, which are JSON Schemas by name."""
    schema: dict[str, Json] = {"type": "object", "properties": variables}
    return {
        "job_configuration": {name: f"{{{{ {name} }}}}" for name in sorted(variables)},
        "variables": {**schema, "required": list(required)} if required else schema,
    }


_NO_TEMPLATE: Mapping[str, Json] = {}


class PoolType(NamedTuple):
    """A type of work pools.

    *title* describes its runs in the interview, which lists the types with *is_offered*. *template* is the
    base job template of a new pool on the embedded backend; a type without one needs a Prefect server and its
    workers. *is_local*: its runs can access the files of the worker's machine. *has_local_images*: its runs
    use images of that machine without a registry. *outlives_worker*: its runs continue when their worker is
    killed, and another worker takes them over.
    """

    name: str
    title: str = ""
    is_offered: bool = True
    template: Mapping[str, Json] = _NO_TEMPLATE
    is_local: bool = False
    has_local_images: bool = False
    outlives_worker: bool = False

    @property
    def is_served(self) -> bool:
        return bool(self.template)


# The most likely ones first, because the interview lists them in this order.
_TYPES = (
    PoolType(
        name="process",
        title="processes on the worker's machine",
        is_local=True,
        template=job_template(
            {
                "name": {
                    "title": "Name",
                    "description": "Name of the process that executes the run.",
                    "anyOf": _TEXT_OR_NULL,
                    "default": None,
                },
                "env": DOCKER_VARIABLES["env"],
                "labels": {
                    "title": "Labels",
                    "description": "Labels for the process.",
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                },
                "command": DOCKER_VARIABLES["command"],
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
        ),
    ),
    PoolType(
        name="docker",
        title="Docker containers",
        has_local_images=True,
        outlives_worker=True,
        template=job_template(DOCKER_VARIABLES, required=["image"]),
    ),
    PoolType(name="kubernetes", title="Kubernetes jobs"),
    PoolType(name="ecs", title="AWS ECS tasks"),
    PoolType(name="azure-container-instance", title="Azure container instances"),
    PoolType(name="cloud-run-v2", title="Google Cloud Run jobs"),
    PoolType(name="cloud-run", title="Google Cloud Run jobs (first version)"),
    PoolType(name="vertex-ai", title="Google Vertex AI jobs"),
    PoolType(name="prefect-agent", is_offered=False, is_local=True),
    PoolType(name="syntask-agent", is_offered=False, is_local=True),
    PoolType(name="block", is_offered=False),
)
POOL_TYPES: Mapping[str, PoolType] = {each.name: each for each in _TYPES}
DEFAULT_TYPE = "process"
SERVED_TYPES = tuple(each.name for each in _TYPES if each.is_served)
OUTLIVING_TYPES = tuple(each.name for each in _TYPES if each.outlives_worker)
# The served ones in a sentence.
SERVED_LIST = ", ".join(f"`{name}`" for name in SERVED_TYPES)


def pool_type(name: str) -> PoolType:
    """Return the type called *name*, or a new one if it is not in the table."""
    return POOL_TYPES.get(name) or PoolType(name=name)
