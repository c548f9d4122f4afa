"""Work pools and their queues."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.comparison import plain
from syntask_yaml.model.pool import DEFAULT_QUEUE, WorkPool, WorkQueue
from syntask_yaml.model.resource import Owner, Resource, ResourceKind, ResourceWrite, StoredResource
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.expected import attributes
from syntask_yaml.operations.resources.kind import KindRow, changes_of, no_problems, written_resource
from syntask_yaml.operations.resources.portability import portability
from syntask_yaml.project.fit import is_usable, subschema


def _check_pool(pool: Resource, node: Node, context: DeployContext) -> Iterator[Diagnostic]:
    template = plain(pool.fields.get("base_job_template") or {})
    made = WorkPool(name=pool.name, type=pool.fields["type"], base_job_template=template)
    yield from portability(made, node, context)
    yield from _check_variables(made, node.get("base_job_template") or node)
    existing = context.contents.pools.get(pool.name)
    is_there = existing is not None and existing.type == pool.fields["type"]
    if context.backend.features.has_own_worker or not (is_there or "base_job_template" in pool.fields):
        try:
            context.backend.pool_template(pool.fields["type"])
        except BackendRefused as error:
            yield (node.get("type") or node).problem("unserved-work-pool", error.detail, error.hint)


def _check_variables(pool: WorkPool, node: Node) -> Iterator[Diagnostic]:
    """Yield the job variables of *pool*'s template whose values cannot be checked."""
    schema: Any = pool.base_job_template.get("variables") or {}
    for name, part in (schema.get("properties") or {}).items():
        if not is_usable(subschema(schema, part)):
            detail = f"Values of the job variable `{name}` are not checked: its JSON Schema cannot be used."
            hint = f"Correct `{name}` in `variables` of the template, without references to other documents."
            yield node.problem("wrong-value", detail, hint).as_warning()


def _read_pools(contents: Contents, names: Collection[str], _owner: Owner) -> Iterator[StoredResource]:
    for pool in contents.pools.values():
        if pool.name in names:
            yield StoredResource(pool_resource(pool), pool.id)


def pool_resource(pool: WorkPool) -> Resource:
    """Return *pool* with the fields of a project file."""
    fields = {
        "type": pool.type,
        "description": pool.description,
        "base_job_template": plain(pool.base_job_template),
        "concurrency_limit": pool.concurrency_limit,
        "paused": pool.is_paused,
    }
    return Resource(ResourceKind.WORK_POOL, pool.name, fields)


def _write_pool(backend: Backend, change: ResourceWrite, _owner: Owner) -> str | None:
    name, changes = written_resource(change).name, attributes(changes_of(change))
    if change.after is None:
        backend.delete_pool(name)
    elif change.before is None:
        return backend.create_pool(WorkPool(name=name, **changes)).id
    elif changes:
        backend.update_pool(name, changes)
    return change.before.id if change.before else None


def _read_queues(contents: Contents, names: Collection[str], _owner: Owner) -> Iterator[StoredResource]:
    for queue in contents.queues.values():
        resource = queue_resource(queue)
        if resource.name in names:
            yield StoredResource(resource, queue.id)


def queue_resource(queue: WorkQueue) -> Resource:
    """Return *queue* with the fields of a project file."""
    fields = {
        "description": queue.description,
        "priority": queue.priority,
        "concurrency_limit": queue.concurrency_limit,
        "paused": queue.is_paused,
    }
    return Resource(ResourceKind.WORK_QUEUE, f"{queue.pool}/{queue.name}", fields)


def _write_queue(backend: Backend, change: ResourceWrite, _owner: Owner) -> str | None:
    pool, _, name = written_resource(change).name.partition("/")
    changes: dict[str, Any] = attributes(changes_of(change))
    if change.after is None:
        backend.delete_queue(pool, name)
    elif change.before is None and name != DEFAULT_QUEUE:
        return backend.create_queue(WorkQueue(pool=pool, name=name, **changes)).id
    elif changes:
        return backend.update_queue(pool, name, changes).id
    return change.before.id if change.before else None


def _is_default(queue: str) -> bool:
    """Return whether the queue is created and deleted with its pool."""
    return queue.endswith(f"/{DEFAULT_QUEUE}")


WORK_POOL = KindRow(_check_pool, _read_pools, _write_pool)
WORK_QUEUE = KindRow(no_problems, _read_queues, _write_queue, stays=_is_default)
