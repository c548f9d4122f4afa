"""Schedules, and their forms in the project file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from syntask_yaml.model.recurrence import parse_rrule, without_default_start
from syntask_yaml.model.timing import parse_interval, parse_moment
from syntask_yaml.model.value import Json, Value, flag


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


def timing_to_dict(timing: Timing) -> dict[str, Json]:
    """Return *timing* under the keys of the project file; what it leaves open is None."""
    match timing:
        case Cron(cron, timezone, day_or):
            return {"cron": cron, "timezone": timezone, "day_or": day_or}
        case Interval(seconds, anchor, timezone):
            written = anchor.isoformat() if anchor else None
            return {"interval": seconds, "timezone": timezone, "anchor_date": written}
        case RRule(rrule, timezone):
            return {"rrule": rrule, "timezone": timezone}


# The keys of the project file that a timing is written with.
TIMING_KEYS = ("cron", "interval", "rrule", "timezone", "anchor_date", "day_or")


def timing_from_dict(fields: Mapping[str, Any]) -> Timing:
    """Return the timing that *fields* have under the keys of the project file, in any form these may take.

    Raises ValueError, KeyError or TypeError where they have none.
    """
    timezone = fields.get("timezone") or None
    if fields.get("cron") is not None:
        day_or = fields.get("day_or")
        return Cron(fields["cron"], timezone, True if day_or is None else flag(day_or))
    if fields.get("interval") is not None:
        anchor = fields.get("anchor_date")
        return Interval(
            parse_interval(fields["interval"]), parse_moment(anchor) if anchor else None, timezone
        )
    return RRule(*parse_rrule(fields["rrule"], timezone))


def canonical(timing: Timing) -> Timing:
    """Return *timing* in the one form that all have which fire at the same times."""
    timezone = timing.timezone or "UTC"
    match timing:
        case Interval(_, datetime() as anchor):
            return replace(timing, timezone=timezone, anchor=anchor.astimezone(UTC))
        case RRule(rrule):
            return RRule(without_default_start(rrule), timezone)
    return timing if timing.timezone else replace(timing, timezone=timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One timing of a deployment.

    *active* None means: not declared, so a stored schedule keeps its state and a new one is active.
    *slug* is its stable name, unique in the deployment; *replaces* the slug it had before.
    *id* is the backend's, on schedules that were read from one; *problem* is why the backend no longer
    makes runs of it.
    """

    timing: Timing
    active: bool | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)
    slug: str | None = None
    replaces: str | None = None
    id: str | None = field(default=None, compare=False)
    problem: str | None = field(default=None, compare=False)
