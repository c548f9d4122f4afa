"""The interface of one kind of resources: a row of the table in `kinds.py`."""

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
    """Yield nothing: every backend accepts what the file may declare."""
    yield from ()


class KindRow(NamedTuple):
    """The functions that check, read and write one kind of resources.

    *check* yields why a backend would reject the resource at a node. *read* yields the resources of a backend
    with some names. *write* makes one change and returns the resource's id there, if any. *keeps_owner*: the
    backend stores the owner; otherwise a ledger does. *stays* returns, by the name, whether it is never
    deleted by itself.
    """

    check: Check
    read: Read
    write: Write
    keeps_owner: bool = False
    stays: Callable[[str], bool] = _none


def written_resource(change: ResourceWrite) -> Resource:
    """Return the resource of *change* as it will be, or as it was if it is deleted."""
    if change.after is not None:
        return change.after
    assert change.before is not None
    return change.before.resource


def changes_of(change: ResourceWrite) -> dict[str, Any]:
    """Return the wanted fields that differ from the stored resource."""
    before = change.before.resource.fields if change.before else {}
    after = change.after.fields if change.after else {}
    return {key: value for key, value in after.items() if key not in before or before[key] != value}
