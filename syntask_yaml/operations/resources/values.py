"""Variables, blocks and concurrency limits."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.model.block import Variable
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit
from syntask_yaml.model.resource import Owner, Resource, ResourceKind, ResourceWrite, StoredResource
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.expected import attributes
from syntask_yaml.operations.resources.kind import KindRow, changes_of, no_problems, written_resource
from syntask_yaml.operations.resources.portability import portability


def _check_variable(variable: Resource, node: Node, context: DeployContext) -> Iterator[Diagnostic]:
    yield from portability(Variable(variable.name, variable.fields["value"]), node, context)


def _read_variables(contents: Contents, names: Collection[str], _owner: Owner) -> Iterator[StoredResource]:
    for variable in contents.variables.values():
        if variable.name in names:
            yield StoredResource(variable_resource(variable))


def variable_resource(variable: Variable) -> Resource:
    """Return *variable* with its tags, which a file cannot declare, and which are kept."""
    fields = {"value": variable.value, "tags": list(variable.tags)}
    return Resource(ResourceKind.VARIABLE, variable.name, fields)


def _write_variable(backend: Backend, change: ResourceWrite, _owner: Owner) -> None:
    name = written_resource(change).name
    if change.after is None:
        backend.unset_variable(name)
    elif changes_of(change):
        tags = change.before.resource.fields["tags"] if change.before else ()
        backend.set_variable(Variable(name, change.after.fields["value"], tuple(tags)))


def _read_limits(contents: Contents, names: Collection[str], _owner: Owner) -> Iterator[StoredResource]:
    for limit in contents.backend.concurrency_limits():
        if limit.name in names:
            yield StoredResource(limit_resource(limit))


def limit_resource(limit: GlobalConcurrencyLimit) -> Resource:
    """Return *limit* with the fields of a project file."""
    fields = {
        "limit": limit.limit,
        "slot_decay_per_second": limit.slot_decay_per_second,
        "active": limit.is_active,
    }
    return Resource(ResourceKind.CONCURRENCY_LIMIT, limit.name, fields)


def _write_limit(backend: Backend, change: ResourceWrite, _owner: Owner) -> None:
    name, changes = written_resource(change).name, attributes(changes_of(change))
    if change.after is None:
        backend.delete_concurrency_limit(name)
    elif change.before is None:
        backend.create_concurrency_limit(GlobalConcurrencyLimit(name=name, **changes))
    elif changes:
        backend.update_concurrency_limit(name, changes)


VARIABLE = KindRow(_check_variable, _read_variables, _write_variable)
CONCURRENCY_LIMIT = KindRow(no_problems, _read_limits, _write_limit)
