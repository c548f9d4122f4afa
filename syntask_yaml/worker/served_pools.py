"""The work pools that a worker serves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from syntask_yaml import __version__
from syntask_yaml.backend.queue import Claim, RunQueue
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.runner import ADOPTERS


@dataclass
class ServedPools:
    """The queue, restricted to the work pools of the worker with *options*, each with its type."""

    queue: RunQueue
    options: WorkerOptions
    types: Mapping[str, str]
    _claimed_from: str = ""
    _seen: int | None = None

    def has_changed(self) -> bool:
        """Return whether another process wrote to the store since the last call."""
        before, self._seen = self._seen, self.queue.changed()
        return before != self._seen

    def claim(self, now: datetime, *, due_by: datetime | None = None) -> Claim | None:
        """Claim a due run, from the pools in rotation; None if no pool has one."""
        options, pools = self.options, sorted(self.types)
        first = bisect_right(pools, self._claimed_from)
        for pool in (*pools[first:], *pools[:first]):
            claim = self.queue.claim(
                pool, worker=options.name, now=now, lease=options.lease, queues=options.queues, due_by=due_by
            )
            if claim is not None:
                self._claimed_from = pool
                return claim
        return None

    def take_over(self, now: datetime) -> Iterator[Claim]:
        """Claim the runs of dead workers of the pools, for types whose runs outlive their worker."""
        options = self.options
        for pool, type_ in self.types.items():
            if type_ in ADOPTERS:
                yield from self.queue.take_over(pool, worker=options.name, now=now, lease=options.lease)

    def next_due(self, now: datetime) -> datetime | None:
        """Return the time of the next run of the pools that is due after *now*; None if none is known."""
        found = (self.queue.next_due(pool, now) for pool in self.types)
        return min((due for due in found if due is not None), default=None)

    def beat(self, now: datetime, *, seconds: float) -> None:
        """Record in each pool that the worker is online for *seconds*."""
        for pool in self.types:
            self.queue.beat(self._described(pool), now, seconds=seconds)

    def _described(self, pool: str) -> ServingWorker:
        options = self.options
        return ServingWorker(
            name=options.name, pool=pool, version=__version__, limit=options.limit, queues=options.queues
        )
