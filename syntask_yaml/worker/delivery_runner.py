"""Deliveries of automations, in threads that do not delay runs.

The worker's thread only reads and writes the store; each attempt has a thread of its own, which does not keep
the process from exiting, and which is abandoned after a timeout.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from time import monotonic

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.clock import has_passed
from syntask_yaml.delivery.context import DeliveryContext, Undelivered
from syntask_yaml.delivery.facts import facts_of
from syntask_yaml.delivery.send import longest, send
from syntask_yaml.model.delivery import Attempt, DeliveryClaim
from syntask_yaml.model.run_event import event_of
from syntask_yaml.retry import pauses
from syntask_yaml.worker.events import DeliveryEnded, Notify
from syntask_yaml.worker.options import WorkerOptions

# Concurrent attempts, in total and for an automation, whose address may not respond.
_AT_ONCE, _EACH_AT_ONCE = 32, 8
# Seconds between polls for due deliveries.
_LOOK_EVERY = 0.5
# Seconds for which a stopping worker without runs starts due attempts.
_LAST_LOOKS = 15.0
_LONGEST_PAUSE = 3600.0
_LONGEST_LEASE = 600.0
# Seconds for which an exiting process waits for programs that it terminates.
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class _OngoingAttempt:
    """An attempt in progress, which *began* at this monotonic time."""

    claim: DeliveryClaim
    began: float
    stop: Event
    thread: Thread


@dataclass(frozen=True, slots=True)
class _Ended:
    """The result of an attempt of the delivery with that *id*."""

    id: str
    token: str
    is_delivered: bool
    said: str


@dataclass
class DeliveryRunner:
    """A runner of deliveries that are due on *backend*. Programs run in *directory*, with *environ*."""

    backend: OwnBackend
    options: WorkerOptions
    directory: Path
    environ: Mapping[str, str]
    notify: Notify
    _ongoing: dict[str, _OngoingAttempt] = field(default_factory=dict)
    _ended: SimpleQueue[_Ended] = field(default_factory=SimpleQueue)
    _unwritten: dict[str, _Ended] = field(default_factory=dict)
    _looked: datetime | None = None
    _renewed: datetime | None = None
    _is_last_since: datetime | None = None

    @property
    def _lease(self) -> float:
        return min(self.options.lease, _LONGEST_LEASE)

    @property
    def is_idle(self) -> bool:
        """Whether no attempt is in progress, and none was due at the last poll."""
        return not self._ongoing and self._looked is not None

    def hurry(self) -> None:
        """Poll at the next tick, because a run has ended."""
        self._looked = None

    def tick(self, now: datetime, *, is_last: bool = False) -> None:
        """Write the results of attempts, and start those that are due at *now*.

        *is_last*: the worker only waits for these. Since many may be due, the rest is soon left to other
        workers.
        """
        self._write_ended(now)
        self._give_up_waiting(now)
        if self._ongoing and has_passed(self._renewed, self._lease / 3, now):
            claims = [each.claim for each in self._ongoing.values()]
            self.backend.renew_deliveries(claims, now=now, lease=self._lease)
            self._renewed = now
        if has_passed(self._looked, _LOOK_EVERY, now):
            self.backend.dispatch(now)
            if not self._leaves_the_rest(now, is_last):
                self._begin_due(now)
            self._looked = now

    def _begin_due(self, now: datetime) -> None:
        """Start due attempts within the limits, so that no automation uses all slots."""
        while len(self._ongoing) < _AT_ONCE:
            ongoing = Counter(each.claim.delivery.automation_id for each in self._ongoing.values())
            full = [id_ for id_, number in ongoing.items() if number >= _EACH_AT_ONCE]
            claims = self.backend.claim_deliveries(now, lease=self._lease, limit=1, besides=full)
            if not claims:
                break
            self._begin(claims[0])

    def _leaves_the_rest(self, now: datetime, is_last: bool) -> bool:
        self._is_last_since = (self._is_last_since or now) if is_last else None
        return self._is_last_since is not None and has_passed(self._is_last_since, _LAST_LOOKS, now)

    def stop(self) -> None:
        """Terminate running programs, because this process exits; another worker retries them."""
        deadline = monotonic() + _PATIENCE
        for ongoing in self._ongoing.values():
            ongoing.stop.set()
        for ongoing in self._ongoing.values():
            if ongoing.thread.is_alive():  # a thread that was not started cannot be joined
                ongoing.thread.join(max(deadline - monotonic(), 0))

    def _begin(self, claim: DeliveryClaim) -> None:
        delivery = claim.delivery
        facts = facts_of(
            event_of(claim.run),
            id=delivery.id,
            automation=delivery.automation,
            automation_id=delivery.automation_id,
        )
        stop = Event()
        context = DeliveryContext(
            id=delivery.id,
            action=delivery.action,
            facts=facts,
            block=self.backend.block,
            environ=self.environ,
            directory=self.directory,
            stop=stop,
        )
        thread = Thread(target=self._attempt, args=(claim.token, context), daemon=True, name="delivery")
        self._ongoing[delivery.id] = _OngoingAttempt(claim, monotonic(), stop, thread)
        try:
            thread.start()
        except RuntimeError:  # the system has no more threads
            self._ended.put(_Ended(delivery.id, claim.token, False, "No thread can be started."))

    def _attempt(self, token: str, context: DeliveryContext) -> None:
        try:
            ended = _Ended(context.id, token, True, send(context))
        except Undelivered as error:
            ended = _Ended(context.id, token, False, str(error))
        except Exception as error:  # noqa: BLE001  (a failed delivery must not affect runs)
            ended = _Ended(context.id, token, False, f"The delivery failed: {type(error).__name__}.")
        self._ended.put(ended)

    def _write_ended(self, now: datetime) -> None:
        """Write the results of ended attempts; those that the store rejects are written later."""
        while not self._ended.empty():
            ended = self._ended.get_nowait()
            ongoing = self._ongoing.get(ended.id)
            # An abandoned attempt may have been retried in the meantime.
            if ongoing is not None and ongoing.claim.token == ended.token:
                self._unwritten[ended.id] = ended
        for id_, ended in list(self._unwritten.items()):
            self._report(self._ongoing[id_], ended.is_delivered, ended.said, now)
            del self._unwritten[id_]

    def _give_up_waiting(self, now: datetime) -> None:
        for ongoing in list(self._ongoing.values()):
            seconds = longest(ongoing.claim.delivery.action)
            if monotonic() - ongoing.began > seconds:
                ongoing.stop.set()
                self._report(ongoing, False, f"The attempt did not end within {seconds:g} seconds.", now)

    def _report(self, ongoing: _OngoingAttempt, is_delivered: bool, said: str, now: datetime) -> None:
        claim = ongoing.claim
        attempt = Attempt(is_delivered, said, None if is_delivered else self._next(claim, now))
        if self.backend.report_delivery(claim, attempt, now):
            self.notify(DeliveryEnded(claim.delivery, claim.run, attempt))
        del self._ongoing[claim.delivery.id]
        self.hurry()  # a slot is free

    def _next(self, claim: DeliveryClaim, now: datetime) -> datetime | None:
        """Return the time of the next attempt after a failure; None if it was the last one."""
        times = self.options.delivery_attempts - 1
        every = list(pauses(self.options.delivery_pause, times=times, longest=_LONGEST_PAUSE))
        pause = every[min(claim.delivery.attempts, len(every)) - 1]
        return None if pause is None else now + timedelta(seconds=pause)
