"""Resources: objects on a backend that deployments need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from syntask_yaml.model.value import Value


class ResourceKind(Enum):
    """The kinds of resources, in the order of writing: each depends only on those before it."""

    WORK_POOL = "work pool"
    WORK_QUEUE = "work queue"
    VARIABLE = "variable"
    BLOCK = "block"
    CONCURRENCY_LIMIT = "concurrency limit"
    AUTOMATION = "automation"

    @property
    def follows_deployments(self) -> bool:
        """Whether it is written after the deployments, and deleted before them."""
        return self is ResourceKind.AUTOMATION


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource, with its *fields* as in a project file. Secrets are of type `Secret`.

    A declared resource has only the fields that are declared. Names of work queues are `pool/queue`, names of
    blocks `type/name`.
    """

    kind: ResourceKind
    name: str
    fields: Mapping[str, Value] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """The kind and the name, which are unique on a backend."""
        return f"{self.kind.value} {self.name}"


def parse_full_name(text: str) -> tuple[ResourceKind, str] | None:
    """Return the kind and the name of a full name; None for other text."""
    found = ((kind, text.removeprefix(f"{kind.value} ")) for kind in ResourceKind)
    return next(((kind, name) for kind, name in found if name and name != text), None)


class Owner(NamedTuple):
    """The owner of a resource: a *project*, and the *origin* of its file, None if that is not stored."""

    project: str | None
    origin: str | None = None


NOBODY = Owner(None)


class StoredResource(NamedTuple):
    """A resource on a backend, with its *owner*. *id* is the backend's, None if it has no ids."""

    resource: Resource
    id: str | None = None
    owner: Owner = NOBODY


class ResourceWrite(NamedTuple):
    """A change from *before*, None for a new resource, to *after*, None to delete it."""

    before: StoredResource | None
    after: Resource | None


class ResourceLedger(NamedTuple):
    """The full names of the resources that an *owner* has created or adopted.

    Automations store their owner themselves: *may_have_automations* says whether to look for them.
    """

    owner: Owner
    names: frozenset[str] = frozenset()
    may_have_automations: bool = True
