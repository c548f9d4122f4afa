"""The clock, passed to adapters as a value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]

# A moment that is further ahead than this is one of a clock that has been set back since. All processes of
# a store are on one machine, and have one clock.
SKEW = timedelta(seconds=60)


def utc_now() -> datetime:
    """Return the time on this machine, aware."""
    return datetime.now(UTC)


def has_passed(since: datetime | None, seconds: float, now: datetime) -> bool:
    """Whether that long has passed *since* then, or the clock has been set back, and nobody can tell."""
    return since is None or not timedelta(0) <= now - since < timedelta(seconds=seconds)
