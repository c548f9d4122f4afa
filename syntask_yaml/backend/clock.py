"""The clock, passed to adapters as a value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]

# A later time than this was written before the clock was set back. All processes of a store run on one
# machine and share one clock.
SKEW = timedelta(seconds=60)


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def has_passed(since: datetime | None, seconds: float, now: datetime) -> bool:
    """Return whether *seconds* have passed since *since*, or are unknown because the clock was set back."""
    return since is None or not timedelta(0) <= now - since < timedelta(seconds=seconds)
