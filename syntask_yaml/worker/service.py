"""A worker for all work pools of a store, which keeps a project deployed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from syntask_yaml.backend.clock import has_passed
from syntask_yaml.backend.pools import ELSEWHERE
from syntask_yaml.errors import BackendError
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.operations.pools import waiting_hint, why_waiting
from syntask_yaml.worker.events import PoolsChanged, PoolWaits
from syntask_yaml.worker.loop import Worker
from syntask_yaml.worker.needs import Needs
from syntask_yaml.worker.prefect_servers import PrefectServers
from syntask_yaml.worker.redeploy import Redeployer
from syntask_yaml.worker.runner import RUNNERS

# Seconds between checks of the pools.
_LOOK_EVERY = 1.0


@dataclass
class Service:
    """A worker for every pool of its backend that has a runner here, also for later pools.

    When stopped, it cancels runs that take longer than *wait_for_runs* seconds; None waits for their end.
    """

    worker: Worker
    redeployer: Redeployer
    servers: PrefectServers
    wait_for_runs: float | None = None
    _stopped: datetime | None = None
    _looked: datetime | None = None
    _served: Mapping[str, str] = field(default_factory=dict)
    _waiting: tuple[PoolWaits, ...] = ()

    def __post_init__(self) -> None:
        self._needs = Needs(self.worker.environ)

    def run(self, clock: Callable[[], datetime]) -> None:
        """Work until the worker is stopped; then no change of the project is deployed either."""
        try:
            self.worker.run(clock, before_tick=self._tick)
        finally:
            self.redeployer.close()

    def _tick(self, now: datetime) -> None:
        if self.worker.is_stopping:
            self._continue_stopping(now)
        self.redeployer.tick(now)
        self.servers.tick(now)
        if not self.worker.is_stopping and has_passed(self._looked, _LOOK_EVERY, now):
            self._looked = now
            with suppress(BackendError):  # the worker detects and reports it
                self._look_at_pools(now)

    def _continue_stopping(self, now: datetime) -> None:
        self.redeployer.stop()
        self._stopped = self._stopped or now
        is_over = self.wait_for_runs is not None and has_passed(self._stopped, self.wait_for_runs, now)
        if is_over and not self.worker.is_cancelling:
            self.worker.stop()

    def _look_at_pools(self, now: datetime) -> None:
        pools = self.worker.backend.pools()
        served = {
            pool.name: pool.type
            for pool in pools
            if pool.type in RUNNERS and self._needs.is_met(pool.type, now)
        }
        if served != self._served:  # also if a pool was recreated with another type
            added = tuple(name for name in served if name not in self._served)
            dropped = tuple(name for name in self._served if name not in served)
            is_first = not self._served
            self._served = served
            self.worker.serve(served, now)
            if added or dropped:
                self.worker.notify(PoolsChanged(added, dropped))
            if added and not is_first:
                self.redeployer.hurry()
        before, self._waiting = self._waiting, tuple(filter(None, map(self._waits, pools)))
        for each in self._waiting:
            if each not in before:
                self.worker.notify(each)

    def _waits(self, pool: WorkPool) -> PoolWaits | None:
        """Return why the runs of *pool* wait, if they do."""
        if pool.type not in RUNNERS:
            detail = (
                f"The work pool `{pool.name}` is of type `{pool.type}`, which this worker does not serve."
            )
            return PoolWaits(detail, ELSEWHERE)
        if missing := self._needs.problem(pool.type):
            return PoolWaits(f"The work pool `{pool.name}` is not served. {missing.detail}", missing.hint)
        reason = why_waiting(pool)
        return PoolWaits(reason, waiting_hint(pool)) if reason else None
