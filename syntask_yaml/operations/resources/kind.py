"""What is known of one kind of resources: a row of the table in `kinds.py`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple, TypeAlias

from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.model.resource import Owner, Resource, ResourceWrite, StoredResource
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.deploy_context import DeployContext

Read: TypeAlias = Callable[[Contents, Collection[str], Owner], Iterator[StoredResource]]
Write: TypeAlias = Callable[[Backend, ResourceWrite, Owner], "str | None"]
Check: TypeAlias = Callable[[Resource, Node, DeployContext], Iterator[Diagnostic]]


def _none(_name: str) -> bool:
    return False


def no_problems(_resource: Resource, _node: Node, _context: DeployContext) -> Iterator[Diagnostic]:
    """Yield nothing: every backend takes what the file may declare."""
    yield from ()


class KindRow(NamedTuple):
    """How one kind of resources is checked, read and written.

    *check* yields what a backend would refuse of a resource that stands at a node. *read* yields those with
    some names that a backend has. *write* makes one change and returns the resource's id there, if it has
    one. With *keeps_owner*, the backend itself says whose one is; otherwise a ledger does. *stays* tells, by
    the name, what is never deleted by itself.
    """

    check: Check
    read: Read
    write: Write
    keeps_owner: bool = False
    stays: Callable[[str], bool] = _none


def written_resource(change: ResourceWrite) -> Resource:
    """The resource that *change* is about, as it will be, or as it was where it is deleted."""
    if change.after is not None:
        return change.after
    assert change.before is not None
    return change.before.resource


def changes_of(change: ResourceWrite) -> dict[str, Any]:
    """The wanted fields in which a resource differs from what is there."""
    before = change.before.resource.fields if change.before else {}
    after = change.after.fields if change.after else {}
    return {key: value for key, value in after.items() if key not in before or before[key] != value}
