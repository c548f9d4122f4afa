"""A thin decorator: it marks a function as a flow, and leaves it the function that it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar, overload

P = ParamSpec("P")
R = TypeVar("R")

MARK = "__syntask_flow__"


@dataclass(frozen=True, slots=True)
class FlowOptions:
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


@overload
def flow(function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def flow(
    *,
    name: str | None = None,
    description: str | None = None,
    version: str | None = None,
    retries: int = 0,
    retry_delay_seconds: float = 0,
    timeout_seconds: float | None = None,
    log_prints: bool | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def flow(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    version: str | None = None,
    retries: int = 0,
    retry_delay_seconds: float = 0,
    timeout_seconds: float | None = None,
    log_prints: bool | None = None,
) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function as a flow, bare (`@flow`) or with options (`@flow(retries=2)`).

    Called directly it is the function, unchanged. A worker gives each run up to `retries` more
    attempts, *retry_delay_seconds* apart, and ends an attempt after *timeout_seconds*.
    """
    options = FlowOptions(
        name, description, version, retries, retry_delay_seconds, timeout_seconds, log_prints
    )

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        setattr(function, MARK, options)
        return function

    return mark if function is None else mark(function)


def options_of(function: object) -> FlowOptions:
    """The options of a function that `flow` marked; the defaults for any other."""
    options = getattr(function, MARK, None)
    return options if isinstance(options, FlowOptions) else FlowOptions()
