"""The resources of a backend with their owners, and those that deployments refer to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.pools import DEFAULT_POOL, furnished
from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.model.block import Block
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.pool import DEFAULT_QUEUE, NO_DESCRIPTION, WorkQueue
from syntask_yaml.model.resource import Resource, ResourceKind, StoredResource
from syntask_yaml.model.value import Value
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.copying.references import template_names
from syntask_yaml.operations.resources.automations import automation_resource
from syntask_yaml.operations.resources.blocks import block_resource
from syntask_yaml.operations.resources.pools import pool_resource, queue_resource
from syntask_yaml.operations.resources.read import owner_of
from syntask_yaml.operations.resources.values import limit_resource, variable_resource


@dataclass(frozen=True, slots=True)
class Share:
    """The resources to export: those of *owner*; with *is_all*, also those without an owner.

    *only_named*: only those that *deployments* refer to, which may have no owner.
    """

    owner: str | None
    deployments: Sequence[Deployment] = ()
    is_all: bool = True
    only_named: bool = False


def stored_resources(contents: Contents) -> Iterator[StoredResource]:
    """Yield the resources of a backend in the order of writing, without built-in ones."""
    owners = {name: each.owner for each in contents.backend.ledgers() for name in each.names}
    for resource, id_ in _resources(contents):
        yield StoredResource(resource, id_, owner_of(resource, owners))
    yield from map(automation_resource, contents.backend.automations())


def _resources(contents: Contents) -> Iterator[tuple[Resource, str | None]]:
    touched = {pool for pool in contents.pools if any(_is_touched(each) for each in _queues(contents, pool))}
    for name, pool in contents.pools.items():
        resource = pool_resource(pool)
        if name in touched or not _comes_with_store(resource, contents):
            yield resource, pool.id
    for queue in contents.queues.values():
        if queue.pool in touched:
            is_plain = queue.name == DEFAULT_QUEUE and queue.description in NO_DESCRIPTION
            yield queue_resource(replace(queue, description=None) if is_plain else queue), queue.id
    for variable in contents.variables.values():
        yield variable_resource(variable), None
    for block in contents.blocks.values():
        if not is_of_agents(block):
            yield block_resource(block), block.id
    for limit in contents.concurrency_limits.values():
        yield limit_resource(limit), None


def _queues(contents: Contents, pool: str) -> Iterator[WorkQueue]:
    return (each for each in contents.queues.values() if each.pool == pool)


def _is_touched(queue: WorkQueue) -> bool:
    """Return whether a queue differs from the default queue of a new pool."""
    settings = (queue.name, queue.concurrency_limit, queue.is_paused, queue.description in NO_DESCRIPTION)
    return settings != (DEFAULT_QUEUE, None, False, True)


def _comes_with_store(pool: Resource, contents: Contents) -> bool:
    features = contents.backend.features
    return features.has_default_pool and pool == pool_resource(furnished(DEFAULT_POOL))


def shared(found: Sequence[StoredResource], share: Share) -> list[StoredResource]:
    """Return the resources of *found* that belong to *share*."""
    named = _named(found, share.deployments)
    return [each for each in found if _is_shared(each, share, named)]


def _is_shared(each: StoredResource, share: Share, named: frozenset[str]) -> bool:
    is_named = each.resource.full_name in named
    if share.only_named and not is_named:
        return False
    if each.owner.project is None:
        return share.is_all or is_named
    return each.owner.project == share.owner


def _named(found: Sequence[StoredResource], deployments: Sequence[Deployment]) -> frozenset[str]:
    """Return the full names of resources that *deployments* refer to, directly or through others."""
    known = {each.resource.full_name: each.resource for each in found}
    left = [name for each in deployments for name in _names_of_deployment(each)]
    named: set[str] = set()
    while left:
        name = left.pop()
        if name in known and name not in named:
            named.add(name)
            left += _names_of_resource(known[name], found)
    return frozenset(named)


def _names_of_deployment(deployment: Deployment) -> Iterator[str]:
    yield _full_name(ResourceKind.WORK_POOL, str(deployment.work_pool or ""))
    yield from _names_of_values(deployment.job_variables)
    yield from _names_of_values(deployment.parameters)
    yield from _names_of_values(list(deployment.pull_steps or ()))


def _names_of_resource(resource: Resource, found: Sequence[StoredResource]) -> Iterator[str]:
    if resource.kind is ResourceKind.WORK_POOL:
        yield from _names_of_values(resource.fields["base_job_template"])
        yield from _queues_of(resource, found)
    if resource.kind is ResourceKind.BLOCK:
        for value in resource.fields.values():
            if isinstance(value, str):
                yield _full_name(ResourceKind.BLOCK, value)


def _queues_of(pool: Resource, found: Sequence[StoredResource]) -> Iterator[str]:
    resources = (each.resource for each in found)
    queues = (each for each in resources if each.kind is ResourceKind.WORK_QUEUE)
    return (each.full_name for each in queues if each.name.partition("/")[0] == pool.name)


_KINDS = {"variables": ResourceKind.VARIABLE, "blocks": ResourceKind.BLOCK}


def _names_of_values(value: Value) -> Iterator[str]:
    for kind, name in template_names(value):
        yield _full_name(_KINDS[kind], name)


def _full_name(kind: ResourceKind, name: str) -> str:
    return Resource(kind, name).full_name


_INFRASTRUCTURE = frozenset(
    "azure-container-instance-job cloud-run-job cloud-run-job-v2 docker-container ecs-task kubernetes-job "
    "process vertex-ai-custom-training-job".split()
)
_STORAGE = frozenset("azure gcs github local-file-system remote-file-system s3 smb".split())


def is_of_agents(block: Block) -> bool:
    """Return whether a deployment of agents used *block*, which no project file can declare."""
    return block.type in _INFRASTRUCTURE | _STORAGE


def left_from_agents(backend: Backend) -> Iterator[Diagnostic]:
    """Yield a warning about blocks that deployments of agents used, and that no project file can declare."""
    blocks = backend.blocks()
    for kind, types in (("infrastructure", _INFRASTRUCTURE), ("storage", _STORAGE)):
        names = [f"`{block.type}/{block.name}`" for block in blocks if block.type in types]
        if names:
            yield Diagnostic(
                "not-exported",
                f"A project file cannot declare {kind} blocks, so these were skipped: {', '.join(names)}.",
                "Use work pools and pull steps instead. `syntask upgrade --from-server --all-deployments` "
                "converts the deployments that use them.",
                severity=Severity.WARNING,
            )
