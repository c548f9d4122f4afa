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
    """A cron expression of five or six fields, in the local time of *timezone*; None means UTC.

    *day_or*: either of day of month and weekday has to match, as in cron; False requires both.
    """

    cron: str
    timezone: str | None = None
    day_or: bool = True


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of *seconds* from *anchor* on; None means the time when it is first stored."""

    seconds: float
    anchor: datetime | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class RRule:
    """A recurrence rule of RFC 5545, in the local time of *timezone*; None means UTC."""

    rrule: str
    timezone: str | None = None


Timing: TypeAlias = Cron | Interval | RRule


def timing_to_dict(timing: Timing) -> dict[str, Json]:
    """Return *timing* by the keys of the project file, with None for optional values."""
    match timing:
        case Cron(cron, timezone, day_or):
            return {"cron": cron, "timezone": timezone, "day_or": day_or}
        case Interval(seconds, anchor, timezone):
            written = anchor.isoformat() if anchor else None
            return {"interval": seconds, "timezone": timezone, "anchor_date": written}
        case RRule(rrule, timezone):
            return {"rrule": rrule, "timezone": timezone}


# The keys of a timing in the project file.
TIMING_KEYS = ("cron", "interval", "rrule", "timezone", "anchor_date", "day_or")


def timing_from_dict(fields: Mapping[str, Any]) -> Timing:
    """Return the timing in *fields*, which have the keys of the project file, in any accepted form.

    Raises ValueError, KeyError or TypeError for invalid fields.
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
    """Return *timing* in a canonical form, which is equal for timings with equal times."""
    timezone = timing.timezone or "UTC"
    match timing:
        case Interval(_, datetime() as anchor):
            return replace(timing, timezone=timezone, anchor=anchor.astimezone(UTC))
        case RRule(rrule):
            return RRule(without_default_start(rrule), timezone)
    return timing if timing.timezone else replace(timing, timezone=timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule of a deployment.

    *active* None means not declared: a stored schedule keeps its state, and a new one is active.
    *slug* is a stable name, unique in the deployment; *replaces* is the previous slug.
    *id* is the backend's, only of stored schedules. *problem* is why the backend no longer creates runs.
    """

    timing: Timing
    active: bool | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)
    slug: str | None = None
    replaces: str | None = None
    id: str | None = field(default=None, compare=False)
    problem: str | None = field(default=None, compare=False)
