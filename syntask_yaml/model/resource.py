"""Resources: what deployments need on a backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from syntask_yaml.model.value import Value


class ResourceKind(Enum):
    """The kinds of resources, in the order in which they are written: each needs only those before it."""

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
    """A resource with its *fields* as a project file has them; what is a secret is of type `Secret`.

    Of one that is declared, only what is written is there. The name of a work queue is `pool/queue`, that of
    a block `type/name`.
    """

    kind: ResourceKind
    name: str
    fields: Mapping[str, Value] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """Its kind and name, which are unique on a backend."""
        return f"{self.kind.value} {self.name}"


def parse_full_name(text: str) -> tuple[ResourceKind, str] | None:
    """Return the kind and name of a full name; None for what is none."""
    found = ((kind, text.removeprefix(f"{kind.value} ")) for kind in ResourceKind)
    return next(((kind, name) for kind, name in found if name and name != text), None)


class Owner(NamedTuple):
    """The owner of a resource: a *project*, and the *origin* of its file, None if that is not stored."""

    project: str | None
    origin: str | None = None


NOBODY = Owner(None)


class StoredResource(NamedTuple):
    """A resource that a backend has, and its *owner*. *id* is the backend's, None where it has none."""

    resource: Resource
    id: str | None = None
    owner: Owner = NOBODY


class ResourceWrite(NamedTuple):
    """One change: from *before* (None: there is none) to *after* (None: delete it)."""

    before: StoredResource | None
    after: Resource | None


class ResourceLedger(NamedTuple):
    """The full names of the resources that an *owner* has made or taken over, where only names tell whose.

    Automations tell it themselves, to who asks: *may_have_automations* says whether that is of use.
    """

    owner: Owner
    names: frozenset[str] = frozenset()
    may_have_automations: bool = True
