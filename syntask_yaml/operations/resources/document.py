"""Return resources as the key `resources` of a project file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from syntask_yaml.model.resource import Resource, ResourceKind

_Document: TypeAlias = dict[str, Any]


def resources_document(resources: Iterable[Resource]) -> _Document:
    """Return *resources* by the keys of a project file, in the order of writing; secrets are kept as such."""
    document: _Document = {}
    for each in resources:
        _ADD[each.kind](document, each)
    return document


def _add_queue(document: _Document, queue: Resource) -> None:
    pool, _, name = queue.name.partition("/")
    queues = document.setdefault("work_pools", {}).setdefault(pool, {}).setdefault("queues", {})
    queues[name] = dict(queue.fields)


def _add_variable(document: _Document, variable: Resource) -> None:
    document.setdefault("variables", {})[variable.name] = variable.fields["value"]


def _add_automation(document: _Document, automation: Resource) -> None:
    document.setdefault("automations", []).append({"name": automation.name, **automation.fields})


def _adder(key: str) -> Callable[[_Document, Resource], None]:
    def add(document: _Document, resource: Resource) -> None:
        document.setdefault(key, {})[resource.name] = dict(resource.fields)

    return add


_ADD: Mapping[ResourceKind, Callable[[_Document, Resource], None]] = {
    ResourceKind.WORK_POOL: _adder("work_pools"),
    ResourceKind.WORK_QUEUE: _add_queue,
    ResourceKind.VARIABLE: _add_variable,
    ResourceKind.BLOCK: _adder("blocks"),
    ResourceKind.CONCURRENCY_LIMIT: _adder("concurrency_limits"),
    ResourceKind.AUTOMATION: _add_automation,
}
