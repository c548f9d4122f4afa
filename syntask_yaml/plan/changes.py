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

# Why a deploy deletes something.
UNDECLARED = "no longer declared"


class Action(Enum):
    """What becomes of one deployment."""

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

    *before* and *after* are JSON, None where the field is not there, or `Unknown`. *is_drift*: somebody else
    changed it on the backend since the project was deployed last, as far as that is known.
    """

    path: str
    before: Value
    after: Value
    is_drift: bool = False


class Removal(NamedTuple):
    """What goes with a deployment that is deleted: its *schedules*, the runs to come, when it last ran.

    *coming* counts the runs that are made already, the first of which is due *next*; *last* is the state
    of the latest run and when it was due or began. None where there is none.
    """

    schedules: tuple[str, ...] = ()
    coming: int = 0
    next: datetime | None = None
    last: tuple[str, datetime | None] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one deployment, why, and the write that does it (None: there is nothing to do).

    *id* is that of the deployment on the backend, None if it is not there. *removal* is known of
    deletions that are planned to be shown. *replaced_by* is what a deleted one was
    renamed to.
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
        """Whether the deployment goes for good."""
        return self.action is Action.DELETE and not self.replaced_by


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What becomes of one resource, why, and the write that does it (None: there is nothing to do)."""

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
    """The changes that make a backend have what a project declares, in file order.

    *changes* are those of deployments. *protected* are the deployments that are declared no more, and are not
    deleted all the same.
    """

    project: str
    backend: str
    changes: tuple[Change, ...] = ()
    protected: tuple[str, ...] = ()
    resources: tuple[ResourceChange, ...] = ()

    @property
    def deletions(self) -> tuple[Change, ...]:
        """The deployments that go for good."""
        return tuple(each for each in self.changes if each.is_deletion)

    @property
    def deleted_names(self) -> tuple[str, ...]:
        """What to call everything that goes for good."""
        gone = (each.full_name for each in self.resources if each.action is Action.DELETE)
        return *(each.deployment for each in self.deletions), *gone

    @property
    def deleted_kinds(self) -> str:
        """What kinds of thing go for good, in the plural."""
        are_all = len(self.deletions) == len(self.deleted_names)
        return "deployments" if are_all else "deployments and resources" if self.deletions else "resources"

    @property
    def deleted_count(self) -> str:
        """How many things go for good, and of which kinds."""
        count, kinds = len(self.deleted_names), self.deleted_kinds
        return f"{count} {kinds.removesuffix('s') if count == 1 else kinds}"

    @property
    def resource_summary(self) -> Mapping[Action, int]:
        """How many resources each action is for, where there are any."""
        counted = Counter(change.action for change in self.resources)
        return {each: counted[each] for each in Action if counted[each]}

    @property
    def summary(self) -> Mapping[Action, int]:
        """How many deployments each action is for; renames only where there are some."""
        counted = Counter(change.action for change in self.changes)
        return {each: counted[each] for each in Action if each is not Action.RENAME or counted[each]}

    @property
    def has_changes(self) -> bool:
        actions = {*(each.action for each in self.changes), *(each.action for each in self.resources)}
        return bool(actions - {Action.UNCHANGED})

    @property
    def deploys_something(self) -> bool:
        """Whether a deployment would be made or changed, rather than only deleted."""
        return any(change.action in (Action.CREATE, Action.UPDATE, Action.RENAME) for change in self.changes)
