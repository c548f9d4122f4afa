"""A deployment: a flow, its configuration, and when and where it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from syntask_yaml.model.schedule import Schedule
from syntask_yaml.model.value import Json, Maybe, Value, known

# The tag of one that a rename on a server has created, and that rests until the old one is gone.
RENAMING = "syntask:renaming"


class CollisionStrategy(Enum):
    """What to do with a run that exceeds its deployment's concurrency limit."""

    ENQUEUE = "ENQUEUE"
    CANCEL_NEW = "CANCEL_NEW"


@dataclass(frozen=True, slots=True)
class ConcurrencyLimit:
    """At most *limit* runs at the same time.

    *grace_period_seconds* (60 to 86,400) is how long a run that gives no sign of life keeps its slot.
    """

    limit: int
    collision_strategy: CollisionStrategy = CollisionStrategy.ENQUEUE
    grace_period_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment, as it is wanted or as a backend has it.

    None for *schedules*, *paused* or *version* of a wanted one means: not declared, leave what is there.
    *version_type* is how a wanted one wants its *version_info* to be found.
    *pull_steps* are mappings of one step name to its inputs, with run-time names unresolved.
    A wanted one may hold an `Unknown` where a step will decide; a backend never sees those.
    *project* is the owner: the project that declares it, or None for one that no project deployed.
    *origin* is where the file of that project is; None where that is not known, or was never stored.
    A *protected* one is not pruned. *renamed_from* is the full name that a wanted one had before.
    """

    flow: str
    name: str
    entrypoint: str | None = None
    description: Maybe[str | None] = None
    version: Maybe[str | None] = None
    version_type: str | None = field(default=None, compare=False)
    version_info: Mapping[str, Json] | None = field(default=None, compare=False)
    tags: Maybe[tuple[str, ...]] = ()
    parameters: Mapping[str, Value] = field(default_factory=dict)
    parameter_schema: Mapping[str, Json] | None = None
    enforce_parameter_schema: Maybe[bool] = True
    schedules: Maybe[tuple[Schedule, ...] | None] = None
    paused: Maybe[bool | None] = None
    concurrency_limit: Maybe[ConcurrencyLimit | None] = None
    work_pool: Maybe[str | None] = None
    work_queue: Maybe[str | None] = None
    job_variables: Mapping[str, Value] = field(default_factory=dict)
    pull_steps: tuple[Mapping[str, Value], ...] = ()
    triggers: tuple[Mapping[str, Value], ...] = ()
    sla: tuple[Mapping[str, Value], ...] | None = None
    project: str | None = None
    origin: str | None = None
    protected: bool = False
    renamed_from: str | None = field(default=None, compare=False)

    @property
    def full_name(self) -> str:
        """`flow/name`, which is unique on a backend."""
        return f"{self.flow}/{self.name}"

    @property
    def is_half_renamed(self) -> bool:
        """Whether it is paused because a rename stopped before it was resumed."""
        return self.paused is True and RENAMING in (known(self.tags) or ())


@dataclass(frozen=True, slots=True)
class Stored:
    """A deployment that a backend has, under the backend's *id*."""

    id: str
    deployment: Deployment
    created: datetime | None = None
    updated: datetime | None = None


class Write(NamedTuple):
    """One change to a backend: from *before* (None: there is none) to *after* (None: delete it).

    Where the two have different names, it is a rename.
    """

    before: Stored | None
    after: Deployment | None

    @property
    def full_name(self) -> str:
        deployment = self.after or (self.before and self.before.deployment)
        return deployment.full_name if deployment else ""

    @property
    def is_rename(self) -> bool:
        return self.old_name not in (None, self.full_name)

    @property
    def old_name(self) -> str | None:
        """The name under which *before* is found; None where there is none."""
        return self.before.deployment.full_name if self.before else None


@dataclass(frozen=True, slots=True)
class DeploymentPage:
    """Some of a list of *count* deployments, without triggers: by `flow/name`, or those made last first."""

    stored: tuple[Stored, ...]
    count: int
    is_newest_first: bool = False


def is_in(text: str, *values: str | None) -> bool:
    """Return whether one of *values*, of what a deployment is known by, has *text* in it, in any case."""
    folded = text.casefold()
    return any(folded in value.casefold() for value in values if value)
