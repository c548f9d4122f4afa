"""Code that runs in few places at a time: slots of concurrency limits of the backend."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syntask_yaml.sdk.slots import Slots


@contextmanager
def concurrency(
    names: str | Sequence[str],
    occupy: int = 1,
    timeout_seconds: float | None = None,
    max_retries: int | None = None,
    lease_duration: float = 300,
    strict: bool = False,
    holder: Any = None,  # noqa: ARG001  (the process is)
    raise_on_lease_renewal_failure: bool | None = None,  # noqa: ARG001  (the lease of this process goes on)
) -> Iterator[None]:
    """Hold *occupy* slots of each of *names* while the block runs. Waits until all of them are free.

    A name without a limit is not limited, unless *strict*. If this process dies, its slots are free at once,
    or where that cannot be seen after *lease_duration* seconds.

    Raises AcquireConcurrencySlotTimeoutError, which is a TimeoutError, after *timeout_seconds*, and
    ConcurrencySlotAcquisitionError after *max_retries*, for more slots than a limit has, or for a missing
    limit if *strict*; ValueError if *occupy* is less than 1.
    """
    if not names:
        yield
        return
    slots = slots_of(names, occupy, lease=lease_duration, is_strict=strict)
    for pause in slots.attempts(timeout=timeout_seconds, retries=max_retries):
        time.sleep(pause)
    try:
        yield
    finally:
        slots.give_back()


@asynccontextmanager
async def aconcurrency(
    names: str | Sequence[str],
    occupy: int = 1,
    timeout_seconds: float | None = None,
    max_retries: int | None = None,
    lease_duration: float = 300,
    strict: bool = False,
    holder: Any = None,  # noqa: ARG001  (the process is)
    raise_on_lease_renewal_failure: bool | None = None,  # noqa: ARG001  (the lease of this process goes on)
) -> AsyncIterator[None]:
    """Hold slots as `concurrency` does, while other coroutines go on."""
    if not names:
        yield
        return
    from asyncio import sleep

    slots = slots_of(names, occupy, lease=lease_duration, is_strict=strict)
    for pause in slots.attempts(timeout=timeout_seconds, retries=max_retries):
        await sleep(pause)
    try:
        yield
    finally:
        slots.give_back()


def rate_limit(
    names: str | Sequence[str],
    occupy: int = 1,
    timeout_seconds: float | None = None,
    strict: bool = False,
) -> None:
    """Take *occupy* slots of each of *names* for good: they are free again as the limits decay.

    Waits and raises as `concurrency` does; BackendRefused for a limit that does not decay.
    """
    if names:
        slots = slots_of(names, occupy, is_rate=True, is_strict=strict)
        for pause in slots.attempts(timeout=timeout_seconds):
            time.sleep(pause)


async def arate_limit(
    names: str | Sequence[str],
    occupy: int = 1,
    timeout_seconds: float | None = None,
    strict: bool = False,
) -> None:
    """Take slots as `rate_limit` does, while other coroutines go on."""
    from asyncio import sleep

    if names:
        slots = slots_of(names, occupy, is_rate=True, is_strict=strict)
        for pause in slots.attempts(timeout=timeout_seconds):
            await sleep(pause)


def slots_of(names: str | Sequence[str], occupy: int, **options: Any) -> Slots:
    """*occupy* slots of each of *names*, not taken yet."""
    from syntask_yaml import sdk

    slots: Slots = sdk.slots_of([names] if isinstance(names, str) else names, occupy, **options)
    return slots


def reaches_store() -> bool:
    """Return whether this process can ask the store of its run: a container cannot."""
    return "SYNTASK__FLOW_RUN_ID" not in os.environ or "SYNTASK_BACKEND" in os.environ
