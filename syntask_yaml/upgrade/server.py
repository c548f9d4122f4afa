"""Deployments and blocks of a server, for files that only name them, and for deployments without files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from syntask_yaml.backend.prefect.old_block import OldBlock
from syntask_yaml.backend.prefect.old_deployment import OldDeployment, OldQueue
from syntask_yaml.document.node import Node
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.secret import Secret
from syntask_yaml.source import Source
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form, is_empty
from syntask_yaml.upgrade.blocks import BLOCK_FIELDS, block_name, block_type, has_copy, own_fields
from syntask_yaml.upgrade.secrets import hide_values
from syntask_yaml.upgrade.template_text import has_variables

_AGENT_POOL = "prefect-agent"
# Fields that files have under the same name.
_SAME = (
    *("name", "entrypoint", "description", "version", "tags", "parameters", "enforce_parameter_schema"),
    "parameter_openapi_schema",
)
_OF_AGENTS = ("path", "manifest_path", "work_queue_name")
_IN_SCHEDULE = ("cron", "timezone", "day_or", "interval", "anchor_date", "rrule")


class Server(Protocol):
    """An old server. All methods raise BackendError and its subclasses."""

    url: str

    def deployments(self) -> Sequence[OldDeployment]: ...

    def block(self, type: str, name: str) -> OldBlock | None: ...

    def limited_queues(self) -> Sequence[OldQueue]: ...

    def tag_limits(self) -> Mapping[str, int]: ...


def with_blocks(sources: Iterable[AgentDeployment], server: Server) -> Iterator[AgentDeployment]:
    """Yield *sources* with the saved blocks of the server in place of the copies in their files."""
    known: dict[tuple[str, str], OldBlock | None] = {}
    for source in sources:
        found = source
        for block in filter(None, map(source.get, BLOCK_FIELDS)):
            key = block_type(block), block_name(block)
            if all(key) and not has_variables(key[1]):
                if key not in known:
                    known[key] = server.block(*key)
                found = _with_block(found, block, known[key])
        yield found


def _with_block(source: AgentDeployment, block: Node, found: OldBlock | None) -> AgentDeployment:
    key = str(block.path[0])
    if found is None:
        return replace(source, compared={**source.compared, key: None})
    value, _ = hide_values(Node(found.value, block.source, block.location, block.path))
    root = source.root.with_value({**source.root.value, key: value})
    differing = tuple(_differing(block.value, value)) if has_copy(block) else ()
    secrets = tuple(path for path in source.secrets if path[0] != key or _is_kept(path, value))
    return replace(source, root=root, secrets=secrets, compared={**source.compared, key: differing})


def _is_kept(path: tuple[str | int, ...], value: Mapping[str, Any]) -> bool:
    """Return whether the block has the field with the secret in the file."""
    return len(path) > 1 and path[1] in value


def _differing(copy: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields that differ between the file and the server. Masked values cannot be compared."""
    for key in sorted({*own_fields(copy), *own_fields(value)}):
        if not _is_same(copy.get(key), value.get(key)):
            yield key


def _is_same(one: Any, other: Any) -> bool:
    if _is_masked(one) or _is_masked(other) or (is_empty(one) and is_empty(other)):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {key for key in {*one, *other} if not str(key).startswith("_")}
        return all(_is_same(one.get(key), other.get(key)) for key in keys)
    return bool(one == other)


def _is_masked(value: Any) -> bool:
    return isinstance(value, Secret) and set(value.reveal()) == {"*"}


def deployments_of(server: Server, path: Path) -> Iterator[AgentDeployment]:
    """Yield all deployments of the server, as if declared in files, for the project file at *path*."""
    for deployment in server.deployments():
        fields = _fields(deployment)
        source = Source(f"deployment {deployment.full_name} on {server.url}", "")
        value, _ = hide_values(Node(fields, source, 0))
        yield AgentDeployment(Node(value, source, 0), path, Form.SERVER)


def _fields(deployment: OldDeployment) -> dict[str, Any]:
    raw = deployment.fields
    same = {key: raw.get(key) for key in _SAME}
    of_kind = _of_agent(deployment) if is_of_agent(deployment) else _of_worker(raw)
    limit = (raw.get("global_concurrency_limit") or raw).get("limit", raw.get("concurrency_limit"))
    own = {"flow_name": deployment.flow, "paused": raw.get("paused") or None, "concurrency_limit": limit}
    return {**same, **own, **of_kind, **_schedules(raw)}


def is_of_agent(deployment: OldDeployment) -> bool:
    """Return whether an agent runs it. A server puts such a deployment into any pool that has its queue."""
    return deployment.infrastructure is not None or deployment.pool_type in ("", _AGENT_POOL)


def _of_agent(deployment: OldDeployment) -> dict[str, Any]:
    raw = deployment.fields
    process = OldBlock("process", "", {})
    return {
        **{key: raw.get(key) for key in _OF_AGENTS},
        "infrastructure": (deployment.infrastructure or process).value,
        "storage": deployment.storage.value if deployment.storage else None,
        "infra_overrides": _job_variables(raw),
    }


def _of_worker(raw: Mapping[str, Any]) -> dict[str, Any]:
    pool = {
        "name": raw.get("work_pool_name"),
        "work_queue_name": raw.get("work_queue_name"),
        "job_variables": _job_variables(raw),
    }
    given = {key: value for key, value in pool.items() if not is_empty(value) and value != DEFAULT_QUEUE}
    return {"work_pool": {"name": raw.get("work_pool_name"), **given}, "pull_steps": raw.get("pull_steps")}


def _job_variables(raw: Mapping[str, Any]) -> dict[str, Any]:
    return raw.get("job_variables") or raw.get("infra_overrides") or {}


def _schedules(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schedules, one by one if the server has a list of them."""
    if raw.get("schedules") is None:
        return {"schedule": raw.get("schedule"), "is_schedule_active": raw.get("is_schedule_active")}
    return {"schedules": [_schedule(each) for each in raw["schedules"]]}


def _schedule(raw: Mapping[str, Any]) -> dict[str, Any]:
    timing = {key: value for key, value in (raw.get("schedule") or {}).items() if key in _IN_SCHEDULE}
    more = {key: raw[key] for key in ("parameters", "slug") if raw.get(key)}
    return {"schedule": timing, "active": raw.get("active") is not False, **more}
