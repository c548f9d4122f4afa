"""Concurrency limits in flow code: hold slots of limits on the backend."""

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
    holder: Any = None,  # noqa: ARG001  (the process is the holder)
    raise_on_lease_renewal_failure: bool | None = None,  # noqa: ARG001  (a lease lasts as long as the process)
) -> Iterator[None]:
    """Hold *occupy* slots of each of *names* in the `with` block. Waits until all of them are free.

    Names without a limit are not limited, unless *strict*. If this process dies, its slots are freed
    immediately, or after *lease_duration* seconds if its end cannot be detected.

    Raises AcquireConcurrencySlotTimeoutError, a TimeoutError, after *timeout_seconds*. Raises
    ConcurrencySlotAcquisitionError after *max_retries*, for more slots than a limit has, or with *strict* for
    a missing limit; ValueError if *occupy* is less than 1.
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
    holder: Any = None,  # noqa: ARG001  (the process is the holder)
    raise_on_lease_renewal_failure: bool | None = None,  # noqa: ARG001  (a lease lasts as long as the process)
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
    """Take *occupy* slots of each of *names*, which become free by the decay of the limits.

    Waits and raises as `concurrency` does. Raises BackendRefused for a limit without decay.
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
    """Return a request for *occupy* slots of each of *names*."""
    from syntask_yaml import sdk

    slots: Slots = sdk.slots_of([names] if isinstance(names, str) else names, occupy, **options)
    return slots


def reaches_store() -> bool:
    """Return whether this process has access to the store of its run; containers have not."""
    return "SYNTASK__FLOW_RUN_ID" not in os.environ or "SYNTASK_BACKEND" in os.environ
