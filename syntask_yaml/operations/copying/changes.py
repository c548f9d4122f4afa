"""The plan of a copy as a value: a change for each object of the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit
from syntask_yaml.model.deployment import Write
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.plan.changes import FieldChange


class CopyKind(Enum):
    """The kinds of objects, in the order of copying: each depends only on earlier ones."""

    VARIABLE = "variable"
    BLOCK = "block"
    CONCURRENCY_LIMIT = "concurrency limit"
    WORK_POOL = "work pool"
    WORK_QUEUE = "work queue"
    DEPLOYMENT = "deployment"
    SCHEDULES = "schedules"


# The values of `--only`.
PARTS: Mapping[str, frozenset[CopyKind]] = {
    "variables": frozenset({CopyKind.VARIABLE}),
    "blocks": frozenset({CopyKind.BLOCK}),
    "limits": frozenset({CopyKind.CONCURRENCY_LIMIT}),
    "pools": frozenset({CopyKind.WORK_POOL, CopyKind.WORK_QUEUE}),
    "deployments": frozenset({CopyKind.DEPLOYMENT}),
    "paused": frozenset({CopyKind.SCHEDULES}),
}


class CopyAction(Enum):
    """The action on one object of the destination.

    MOVE: its schedules stop on the source and start on the destination. DIFFERS: it exists with other
    content, and is kept. REFUSED: it cannot be copied.
    """

    CREATE = "create"
    UPDATE = "update"
    MOVE = "move"
    DIFFERS = "differs"
    REFUSED = "refused"
    UNCHANGED = "unchanged"

    @property
    def is_write(self) -> bool:
        return self in _WRITES

    @property
    def is_problem(self) -> bool:
        """Whether the destination lacks what the source has."""
        return self in (CopyAction.DIFFERS, CopyAction.REFUSED)


_WRITES = (CopyAction.CREATE, CopyAction.UPDATE, CopyAction.MOVE)

# The value written to the destination; schedules are moved by the name of their deployment.
Copied: TypeAlias = Variable | Block | GlobalConcurrencyLimit | WorkPool | WorkQueue | Write | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyChange:
    """The action on the object *name*, its reason, and a hint if it is a problem.

    *fields* differ: before is the destination's value. *after* is the value to write, also if it is not
    written because it differs.
    """

    kind: CopyKind
    name: str
    action: CopyAction
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""
    hint: str = ""
    after: Copied = field(default=None, repr=False)

    @property
    def full_name(self) -> str:
        """The kind and name."""
        return f"{self.kind.value} {self.name}"


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """The changes of a copy, in order, and *diagnostics* about it."""

    source: str
    destination: str
    changes: tuple[CopyChange, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def writes(self) -> tuple[CopyChange, ...]:
        return tuple(change for change in self.changes if change.action.is_write)

    @property
    def summary(self) -> Mapping[CopyAction, int]:
        """The number of objects for each action."""
        counted = Counter(change.action for change in self.changes)
        return {action: counted[action] for action in CopyAction}


_LEFT = "differs on the destination, where it stays as it is"


@dataclass(frozen=True, slots=True)
class CopyPolicy:
    """Decides the action on an object; with *overwrites*, differing objects are overwritten."""

    overwrites: bool = False

    def change(
        self,
        kind: CopyKind,
        name: str,
        after: Copied,
        *,
        is_there: bool,
        fields: tuple[FieldChange, ...] = (),
    ) -> CopyChange:
        """Return the change for the object *name*, which may be *is_there* already and differ in *fields*."""
        if not is_there:
            return CopyChange(kind=kind, name=name, action=CopyAction.CREATE, fields=fields, after=after)
        if not fields:
            return CopyChange(kind=kind, name=name, action=CopyAction.UNCHANGED)
        if self.overwrites:
            return CopyChange(kind=kind, name=name, action=CopyAction.UPDATE, fields=fields, after=after)
        hint = "Pass `--overwrite` to replace it, or delete it on the destination."
        return CopyChange(
            kind=kind,
            name=name,
            action=CopyAction.DIFFERS,
            fields=fields,
            reason=_LEFT,
            hint=hint,
            after=after,
        )


def refused(kind: CopyKind, name: str, reason: str, hint: str) -> CopyChange:
    """Return the change for an object that cannot be copied."""
    return CopyChange(kind=kind, name=name, action=CopyAction.REFUSED, reason=reason, hint=hint)
