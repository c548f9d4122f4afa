"""A deployment: a flow, its configuration, and when and where it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from syntask_yaml.model.schedule import Schedule
from syntask_yaml.model.value import Json, Maybe, Value, known

# The tag of a deployment that a rename on a server created, paused until the old one is deleted.
RENAMING = "syntask:renaming"


class CollisionStrategy(Enum):
    """What to do with a run that exceeds its deployment's concurrency limit."""

    ENQUEUE = "ENQUEUE"
    CANCEL_NEW = "CANCEL_NEW"


@dataclass(frozen=True, slots=True)
class ConcurrencyLimit:
    """The highest number of runs at the same time.

    *grace_period_seconds* (60 to 86,400) is how long a run without heartbeats keeps its slot.
    """

    limit: int
    collision_strategy: CollisionStrategy = CollisionStrategy.ENQUEUE
    grace_period_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment, as a project declares it or as a backend stores it.

    In a declared deployment, None for *schedules*, *paused* or *version* means that they are not declared
    and stay as they are; *version_type* selects how *version_info* is found; *renamed_from* is the previous
    full name; and values that depend on a step are `Unknown`, which no backend ever receives.
    *pull_steps* map one step name each to its inputs, with run-time names unresolved.
    *project* is the owner: the project that declares the deployment; None if no project does.
    *origin* is the location of the project file; None if it is unknown or not stored.
    *protected* deployments are never pruned.
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
        """The unique name on a backend, `flow/name`."""
        return f"{self.flow}/{self.name}"

    @property
    def is_half_renamed(self) -> bool:
        """Whether it is paused because a rename was interrupted."""
        return self.paused is True and RENAMING in (known(self.tags) or ())


@dataclass(frozen=True, slots=True)
class Stored:
    """A deployment on a backend, with the backend's *id*."""

    id: str
    deployment: Deployment
    created: datetime | None = None
    updated: datetime | None = None


class Write(NamedTuple):
    """A change from *before*, None for a new deployment, to *after*, None to delete it.

    If their names differ, the change is a rename.
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
        """The full name of *before*, if any."""
        return self.before.deployment.full_name if self.before else None


@dataclass(frozen=True, slots=True)
class DeploymentPage:
    """A page of a list of *count* deployments, without triggers: by `flow/name`, or newest first."""

    stored: tuple[Stored, ...]
    count: int
    is_newest_first: bool = False


def is_in(text: str, *values: str | None) -> bool:
    """Return whether one of *values* contains *text*, ignoring case."""
    folded = text.casefold()
    return any(folded in value.casefold() for value in values if value)
