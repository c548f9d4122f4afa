"""A plan as a value: what a deploy would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from syntask_yaml.model.deployment import Write
from syntask_yaml.model.resource import ResourceKind, ResourceWrite
from syntask_yaml.model.value import Value

# The reason for deleting a deployment or resource.
UNDECLARED = "no longer declared"


class Action(Enum):
    """What a plan does to one deployment."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    UNCHANGED = "unchanged"
    RENAME = "rename"

    @property
    def symbol(self) -> str:
        return _SYMBOLS[self]


_SYMBOLS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.RENAME: ">",
    Action.DELETE: "-",
    Action.UNCHANGED: " ",
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs: *path* as in the project file, such as `work_pool.job_variables.image`.

    *before* and *after* are JSON, None if the field is missing, or `Unknown`. *is_drift*: as far as known,
    the backend was changed by something other than the project's last deploy.
    """

    path: str
    before: Value
    after: Value
    is_drift: bool = False


class Removal(NamedTuple):
    """What is lost with a deleted deployment: its *schedules* and scheduled runs.

    *coming* counts the existing scheduled runs, the first of which is due *next*; *last* is the state of the
    latest run and its start or due time. None if there is none.
    """

    schedules: tuple[str, ...] = ()
    coming: int = 0
    next: datetime | None = None
    last: tuple[str, datetime | None] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The action on one deployment, its reason, and the write that performs it (None: unchanged).

    *id* is the deployment's id on the backend, None if it is new. *removal* is known for deletions that are
    planned for display. *replaced_by* is the new name of a renamed deployment.
    """

    action: Action
    deployment: str
    fields: Iterable[FieldChange] = ()
    reason: str = ""
    write: Write | None = None
    id: str | None = None
    removal: Removal | None = None
    replaced_by: str = ""

    @property
    def is_deletion(self) -> bool:
        """Whether the deployment is deleted and not renamed."""
        return self.action is Action.DELETE and not self.replaced_by


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """The action on one resource, its reason, and the write that performs it (None: unchanged)."""

    action: Action
    kind: ResourceKind
    name: str
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""
    write: ResourceWrite | None = None
    id: str | None = None

    @property
    def full_name(self) -> str:
        return f"{self.kind.value} {self.name}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes that make a backend match a project, in file order.

    *changes* are those of deployments. *protected* are deployments that are no longer declared, but kept.
    """

    project: str
    backend: str
    changes: tuple[Change, ...] = ()
    protected: tuple[str, ...] = ()
    resources: tuple[ResourceChange, ...] = ()

    @property
    def deletions(self) -> tuple[Change, ...]:
        """The changes that delete a deployment for good."""
        return tuple(each for each in self.changes if each.is_deletion)

    @property
    def deleted_names(self) -> tuple[str, ...]:
        """The display names of all deleted deployments and resources."""
        gone = (each.full_name for each in self.resources if each.action is Action.DELETE)
        return *(each.deployment for each in self.deletions), *gone

    @property
    def deleted_kinds(self) -> str:
        """The kinds of deleted objects, in the plural."""
        are_all = len(self.deletions) == len(self.deleted_names)
        return "deployments" if are_all else "deployments and resources" if self.deletions else "resources"

    @property
    def deleted_count(self) -> str:
        """The number of deleted objects, and their kinds."""
        count, kinds = len(self.deleted_names), self.deleted_kinds
        return f"{count} {kinds.removesuffix('s') if count == 1 else kinds}"

    @property
    def resource_summary(self) -> Mapping[Action, int]:
        """The number of resources for each action that occurs."""
        counted = Counter(change.action for change in self.resources)
        return {each: counted[each] for each in Action if counted[each]}

    @property
    def summary(self) -> Mapping[Action, int]:
        """The number of deployments for each action; renames only if there are any."""
        counted = Counter(change.action for change in self.changes)
        return {each: counted[each] for each in Action if each is not Action.RENAME or counted[each]}

    @property
    def has_changes(self) -> bool:
        actions = {*(each.action for each in self.changes), *(each.action for each in self.resources)}
        return bool(actions - {Action.UNCHANGED})

    @property
    def deploys_something(self) -> bool:
        """Whether a deployment is created or updated, rather than only deleted."""
        return any(change.action in (Action.CREATE, Action.UPDATE, Action.RENAME) for change in self.changes)
