"""The options of a flow, which its function carries."""

from __future__ import annotations

from typing import NamedTuple

MARK = "__syntask_flow__"


class FlowOptions(NamedTuple):
    """What a worker does around the function: *retries* after failures, *retry_delay_seconds* apart;
    *timeout_seconds* for each attempt; *log_prints* for the reference's sake, since output is always kept.
    """

    name: str | None = None
    description: str | None = None
    version: str | None = None
    retries: int = 0
    retry_delay_seconds: float = 0
    timeout_seconds: float | None = None
    log_prints: bool | None = None


def options_of(function: object) -> FlowOptions:
    """The options of a function that `flow` marked; the defaults for any other."""
    options = getattr(function, MARK, None)
    return options if isinstance(options, FlowOptions) else FlowOptions()
