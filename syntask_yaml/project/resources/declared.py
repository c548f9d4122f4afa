"""The resources that a project file declares, as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from syntask_yaml.document.node import Node
from syntask_yaml.model.resource import ResourceKind

# The keys of `resources`, and the kinds of the entries below each.
_MAPPINGS = (
    ("work_pools", ResourceKind.WORK_POOL),
    ("variables", ResourceKind.VARIABLE),
    ("blocks", ResourceKind.BLOCK),
    ("concurrency_limits", ResourceKind.CONCURRENCY_LIMIT),
)


class DeclaredResource(NamedTuple):
    """One resource of a project file; *node* has its fields, or the value of a variable."""

    kind: ResourceKind
    name: str
    node: Node


def resources_of(tree: Node) -> tuple[DeclaredResource, ...]:
    """Return the resources in a project file, in the order of writing to a backend."""
    found = [*_mappings(tree), *_queues(tree), *_automations(tree)]
    order = list(ResourceKind)
    return tuple(sorted(found, key=lambda each: order.index(each.kind)))


def _mappings(tree: Node) -> Iterator[DeclaredResource]:
    for key, kind in _MAPPINGS:
        for node in _children(tree, key, dict):
            yield DeclaredResource(kind, str(node.path[-1]), node)


def _queues(tree: Node) -> Iterator[DeclaredResource]:
    for pool in _children(tree, "work_pools", dict):
        queues = pool.get("queues")
        for node in queues.children() if queues is not None and isinstance(queues.value, dict) else ():
            yield DeclaredResource(ResourceKind.WORK_QUEUE, f"{pool.path[-1]}/{node.path[-1]}", node)


def _automations(tree: Node) -> Iterator[DeclaredResource]:
    for node in _children(tree, "automations", list):
        if isinstance(node.value, dict):
            yield DeclaredResource(ResourceKind.AUTOMATION, str(node.value.get("name") or "(no name)"), node)


def _children(tree: Node, key: str, shape: type) -> Iterator[Node]:
    path = ("resources", key)
    node = tree.at(path)
    return node.children() if node.path == path and isinstance(node.value, shape) else iter(())
