"""The clock, as a value that adapters are given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]


def utc_now() -> datetime:
    """The time on this machine, aware."""
    return datetime.now(UTC)
