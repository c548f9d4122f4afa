"""A plan: what a deploy would change, as a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from syntask_yaml.model.deployment import Write
from syntask_yaml.model.value import Value


class Action(Enum):
    """What becomes of one deployment."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    UNCHANGED = "unchanged"

    @property
    def symbol(self) -> str:
        return _SYMBOLS[self]


_SYMBOLS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-", Action.UNCHANGED: " "}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs: *path* as in the project file, such as `work_pool.job_variables.image`.

    *before* and *after* are JSON, None where the field is not there, or `Unknown`.
    """

    path: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one deployment, why, and the write that does it (None: there is nothing to do).

    *id* is that of the deployment on the backend, None if it is not there.
    """

    action: Action
    deployment: str
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""
    write: Write | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes that make a backend have what a project declares, in file order."""

    project: str
    backend: str
    changes: tuple[Change, ...] = ()

    @property
    def summary(self) -> Mapping[Action, int]:
        """How many deployments each action is for."""
        counted = Counter(change.action for change in self.changes)
        return {action: counted[action] for action in Action}

    @property
    def has_changes(self) -> bool:
        return any(change.action is not Action.UNCHANGED for change in self.changes)

    @property
    def deploys_something(self) -> bool:
        """Whether a deployment would be made or changed, rather than only deleted."""
        return any(change.action in (Action.CREATE, Action.UPDATE) for change in self.changes)
