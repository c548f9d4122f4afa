"""Schedules of deployments in Python code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Schedule:
    """One schedule of a deployment: exactly one of *interval*, *cron* and *rrule*.

    An interval without *anchor_date* starts when it is first stored, and keeps this start.
    """

    interval: timedelta | None = None
    cron: str | None = None
    rrule: str | None = None
    timezone: str | None = None
    anchor_date: datetime | None = None
    day_or: bool = True
    active: bool = True
    parameters: Mapping[str, Any] = field(default_factory=dict)
    slug: str | None = None

    def __post_init__(self) -> None:
        given = [name for name in ("interval", "cron", "rrule") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"Only one of interval, cron and rrule can be set, and {given} are.")


def Cron(  # noqa: N802  (Prefect's name)
    cron: str,
    /,
    timezone: str | None = None,
    day_or: bool = True,
    active: bool = True,
    parameters: dict[str, Any] | None = None,
    slug: str | None = None,
) -> Schedule:
    """Return the schedule of a cron expression in *timezone* (default: UTC).

    *day_or*: fire if the day of the month or the weekday matches; false requires both.
    """
    return Schedule(
        cron=cron, timezone=timezone, day_or=day_or, active=active, parameters=parameters or {}, slug=slug
    )


def Interval(  # noqa: N802
    interval: timedelta | float,
    /,
    anchor_date: datetime | None = None,
    timezone: str | None = None,
    active: bool = True,
    parameters: dict[str, Any] | None = None,
    slug: str | None = None,
) -> Schedule:
    """Return the schedule that fires every *interval*, seconds or a `timedelta`, from *anchor_date*."""
    every = interval if isinstance(interval, timedelta) else timedelta(seconds=interval)
    return Schedule(
        interval=every,
        anchor_date=anchor_date,
        timezone=timezone,
        active=active,
        parameters=parameters or {},
        slug=slug,
    )


def RRule(  # noqa: N802
    rrule: str,
    /,
    timezone: str | None = None,
    active: bool = True,
    parameters: dict[str, Any] | None = None,
    slug: str | None = None,
) -> Schedule:
    """Return the schedule of a recurrence rule of RFC 5545 in *timezone* (default: UTC)."""
    return Schedule(rrule=rrule, timezone=timezone, active=active, parameters=parameters or {}, slug=slug)
