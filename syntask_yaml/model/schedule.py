"""When a deployment runs by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from syntask_yaml.model.value import Value


@dataclass(frozen=True, slots=True)
class Cron:
    """Fires when the wall clock of *timezone* (UTC if none) matches a cron line of five or six fields.

    *day_or*: day of month and weekday each suffice (cron's own rule); False asks for both.
    """

    cron: str
    timezone: str | None = None
    day_or: bool = True


@dataclass(frozen=True, slots=True)
class Interval:
    """Fires every *seconds*, counted from *anchor*; None means from when it is first stored."""

    seconds: float
    anchor: datetime | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class RRule:
    """Fires as a recurrence rule of RFC 5545 says, in *timezone* (UTC if none)."""

    rrule: str
    timezone: str | None = None


Timing: TypeAlias = Cron | Interval | RRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One timing of a deployment.

    *active* None means: not declared, so a stored schedule keeps its state and a new one is active.
    *slug* is its stable name, unique in the deployment; *replaces* the slug it had before.
    *id* is the backend's, on schedules that were read from one.
    """

    timing: Timing
    active: bool | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)
    slug: str | None = None
    replaces: str | None = None
    id: str | None = field(default=None, compare=False)
