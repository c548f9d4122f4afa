"""Take, hold and release slots of concurrency limits."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Iterator, Sequence
from threading import Event, Thread
from typing import Any

from syntask._backend.slot_errors import AcquireConcurrencySlotTimeoutError, ConcurrencySlotAcquisitionError
from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.ids import new_id
from syntask_yaml.errors import BackendError
from syntask_yaml.model.concurrency_limit import SLOT_LOGGER, SlotRequest, slots_text
from syntask_yaml.sdk.backends import own_backend_of
from syntask_yaml.worker.protocol import RUN_ID

# Seconds between two attempts: the first time, and at most.
_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
_log = logging.getLogger(SLOT_LOGGER)


def slots_of(names: Sequence[str], number: int, **options: Any) -> Slots:
    """Return *number* slots of each of *names*, not taken yet. Raises BackendRefused on a server."""
    return Slots(own_backend_of(os.getpid()), names, number, **options)


class Slots:
    """*number* slots of each of *names*, for leases of *lease* seconds; with *is_rate* they are not held.

    With *is_strict*, each of *names* must have a limit. Raises ValueError if *number* is less than 1.
    """

    def __init__(
        self,
        backend: OwnBackend,
        names: Sequence[str],
        number: int,
        *,
        lease: float = 300.0,
        is_rate: bool = False,
        is_strict: bool = False,
    ) -> None:
        if number < 1:
            raise ValueError(f"`occupy` is {number}; it must be at least 1.")
        self._request = SlotRequest(
            names=tuple(names),
            slots=number,
            token=new_id(),
            is_rate=is_rate,
            run_id=os.environ.get(RUN_ID, ""),
        )
        self._lease = lease
        self._is_strict = is_strict
        self._backend = backend
        self._is_held = False
        self._is_given_back = Event()

    def attempts(self, *, timeout: float | None = None, retries: int | None = None) -> Iterator[float]:
        """Try to take the slots until they are taken; yield how many seconds to wait before the next try.

        Raises AcquireConcurrencySlotTimeoutError after *timeout* seconds, and ConcurrencySlotAcquisitionError
        after *retries* more tries, for a name without a limit, or for more slots than a limit has.
        """
        began, pause, tried = time.monotonic(), _PAUSE, 0
        while not self._take():
            waited = time.monotonic() - began
            if timeout is not None and waited >= timeout:
                raise AcquireConcurrencySlotTimeoutError(self._refusal(f"within {timeout:g} seconds"))
            if retries is not None and tried >= retries:
                raise ConcurrencySlotAcquisitionError(self._refusal(f"after {retries} retries"))
            if not tried:
                _log.info("Waiting for %s.", self._what)
            wait = pause * random.uniform(0.5, 1)  # else they ask together again
            yield wait if timeout is None else min(wait, timeout - waited)
            pause, tried = min(2 * pause, _LONGEST_PAUSE), tried + 1

    def _take(self) -> bool:
        answer = self._backend.take_slots(self._request, utc_now(), lease=self._lease)
        if answer.missing and self._is_strict:
            self._backend.give_back_slots(self._request.token)
            raise ConcurrencySlotAcquisitionError(
                f"There is no concurrency limit `{answer.missing[0]}`. "
                f"Create it with `syntask concurrency-limit create {answer.missing[0]} --limit 1`."
            )
        if 0 < answer.most < self._request.slots:
            command = f"syntask concurrency-limit update {answer.full} --limit {self._request.slots}"
            raise ConcurrencySlotAcquisitionError(
                f"There is never room for {self._what}: the limit `{answer.full}` is {answer.most}. "
                f"Raise it with `{command}`."
            )
        self._is_held = answer.is_held
        if self._is_held:
            Thread(target=self._hold, name="syntask-slots", daemon=True).start()
        return answer.is_taken

    def _hold(self) -> None:
        """Renew the lease until the slots are given back."""
        while not self._is_given_back.wait(self._lease / 3):
            try:
                if not self._backend.renew_slots(self._request.token, utc_now(), lease=self._lease):
                    return  # there is no limit any more
            except BackendError as error:
                _log.warning("The lease of %s was not renewed: %s", self._what, error)

    def give_back(self) -> None:
        """Give the slots back."""
        self._is_given_back.set()
        if self._is_held:
            self._backend.give_back_slots(self._request.token)

    @property
    def _what(self) -> str:
        return slots_text(self._request.slots, self._request.names)

    def _refusal(self, when: str) -> str:
        return f"There was no room for {self._what} {when}."
