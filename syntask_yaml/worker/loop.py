"""The worker, which claims due runs, starts them, and reports their states to the backend.

`Worker.tick(now)` does all work that is due at a time, and `Worker.wait()` sleeps until there is more. Time
is an argument; the only loop is `run`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.clock import has_passed
from syntask_yaml.backend.queue import Claim
from syntask_yaml.errors import BackendError
from syntask_yaml.model.run import State
from syntask_yaml.worker.delivery_runner import DeliveryRunner
from syntask_yaml.worker.events import Notify, RunChanged, Stopping
from syntask_yaml.worker.executions import Executions
from syntask_yaml.worker.housekeeping import Housekeeping
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.outage import Outage
from syntask_yaml.worker.planner import Planner
from syntask_yaml.worker.run_directory import own_directory, remove_directory
from syntask_yaml.worker.runner import RUNNERS
from syntask_yaml.worker.runner.base import Runner
from syntask_yaml.worker.served_pools import ServedPools
from syntask_yaml.worker.sleeper import Sleeper
from syntask_yaml.worker.starter import Starter

# Seconds between ticks, while busy, and while writes of other processes are noticed anyway.
_BUSY, _IDLE = 0.05, 1.0


@dataclass
class Worker:
    """A worker on a backend. *home* is the parent of its runs' directories.

    *pools* are the initial work pools, each with its type; *runners* start runs, by type. Commands of
    automations run in *directory*.
    """

    backend: OwnBackend
    options: WorkerOptions
    pools: Mapping[str, str]
    home: Path
    environ: Mapping[str, str]
    notify: Notify
    runners: Mapping[str, Runner] = field(default_factory=lambda: RUNNERS)
    directory: Path = field(default_factory=Path)
    is_stopping: bool = False
    is_cancelling: bool = False
    _sleeper: Sleeper = field(default_factory=Sleeper)
    _renewed: datetime | None = None
    _began: datetime | None = None
    _next_due: datetime | None = None
    _has_looked: bool = False
    _is_stop_announced: bool = False

    def __post_init__(self) -> None:
        self._renew_every = self.options.lease / 3
        self._executions = Executions(self.backend, self.options, self.notify)
        self._served = ServedPools(self.backend, self.options, self.pools)
        self._starter = Starter(self.backend, self.options, self.runners, self.home, self.environ)
        self._outage = Outage(self.notify, self.options.run_once)
        self._planner = Planner(self.backend, self.notify)
        self._deliveries = DeliveryRunner(
            self.backend, self.options, self.directory, self.environ, self.notify
        )
        self._housekeeping = Housekeeping(self.backend, self.home, self.options.keep, self.environ)

    def serve(self, pools: Mapping[str, str], now: datetime) -> None:
        """Serve *pools* from now on; runs of other pools continue."""
        if pools.keys() != self._served.types.keys():
            self._renewed = None  # so that new pools have a worker at once
            self._next_due = now
        self._served.types = pools

    def announce(self, now: datetime) -> None:
        """Record that the worker is about to serve its pools, so that no user is told to start one."""
        self._served.beat(now, seconds=0)

    def stop(self) -> None:
        """Claim no more runs; the second time, cancel the current ones. Safe in a signal handler."""
        self.is_cancelling = self.is_stopping
        self.is_stopping = True
        self._sleeper.wake()

    @property
    def is_done(self) -> bool:
        """Whether the worker can exit."""
        if self._executions or not (self.is_stopping or (self.options.run_once and self._has_looked)):
            return False
        # Deliveries of ended runs are made, but long ones are not awaited.
        return self.is_cancelling or self._outage.is_on or self._deliveries.is_idle

    def run(
        self, clock: Callable[[], datetime], *, before_tick: Callable[[datetime], None] = lambda _now: None
    ) -> None:
        """Work until stopped or, with `run_once`, until the runs that were due at the start have ended."""
        try:
            with self._sleeper.can_be_woken():
                while not self.is_done:
                    before_tick(clock())
                    self.tick(clock())
                    self.wait(clock())
            self._announce_stop()
            with suppress(BackendError):  # it goes offline after a timeout
                self._served.beat(clock(), seconds=0)
        finally:
            self._executions.abandon(clock())
            self._deliveries.stop()
            self._planner.close()

    def tick(self, now: datetime) -> None:
        """Do all work that is due at *now*."""
        self._executions.hear(now, can_write=not self._outage.is_on)
        self._announce_stop()
        if self.is_cancelling:
            self._executions.cancel(now)
        if not self._outage.may_try(now):
            return
        try:
            self._use_store(now)
        except BackendError as error:
            has_runs = self._executions.are_going_on
            self._outage.begin(error, now, has_runs=has_runs, is_cancelling=self.is_cancelling)
        else:
            self._outage.end()

    def _use_store(self, now: datetime) -> None:
        """Do all work that needs the store."""
        has_changed = self._served.has_changed()
        if has_passed(self._renewed, self._renew_every, now):
            self._renew(now)
        elif has_changed:
            self._executions.obey(self.backend.held(self._executions.claims), now)
        for _ in self._executions.deliver(now):
            self._free_slot()
        self._deliveries.tick(now, is_last=self.is_stopping and not self._executions)
        if self.is_stopping:
            return
        self._housekeeping.tick(now, self._executions.by_run, self._served.types.values())
        if self._planner.tick(now, has_changed=has_changed):
            self._next_due = now
        if self._next_due is not None and self._next_due <= now:
            self._claim_due(now)

    def wait(self, now: datetime) -> None:
        """Sleep until a run reports something, another process writes, or the next tick is due."""
        writes = () if self._is_busy else self.backend.descriptors
        seconds = min(_IDLE, self._renew_every) if writes else _BUSY
        is_full = len(self._executions) >= self.options.limit
        will_claim = not (self.is_stopping or self._outage.is_on or is_full)
        if will_claim and self._next_due is not None:
            seconds = min(seconds, (self._next_due - now).total_seconds())
        self._sleeper.sleep(seconds, reports=self._executions.descriptors, writes=writes)

    @property
    def _is_busy(self) -> bool:
        """Whether there is work in progress that needs frequent ticks."""
        is_idle = self._planner.is_idle and self._deliveries.is_idle and not self._outage.is_on
        return bool(self._executions) or self.is_stopping or self.options.run_once or not is_idle

    def _claim_due(self, now: datetime) -> None:
        """Claim and start due runs, up to the limit."""
        self._began = self._began or now
        due_by = self._began if self.options.run_once else None
        for _ in range(self.options.limit - len(self._executions)):
            claim = self._served.claim(now, due_by=due_by)
            if claim is None:
                self._has_looked = self._planner.is_idle
                break
            self._start(claim, now)
        else:  # there is no room, but runs beyond a deployment's limit are still held back
            self.backend.hold_back(now)
        self._next_due = self._served.next_due(now)

    def _start(self, claim: Claim, now: datetime) -> None:
        self.notify(RunChanged(claim.run, claim.run.state))
        if isinstance(started := self._starter.start(claim, now), State):
            self._executions.report(claim, started, now)
        else:
            self._executions.add(started)

    def _renew(self, now: datetime) -> None:
        """Renew the leases, and end the runs of dead workers."""
        if claims := self._executions.claims:
            self._executions.obey(self.backend.renew(claims, now=now, lease=self.options.lease), now)
        self._served.beat(now, seconds=self.options.lease)
        # After the machine slept, all leases have expired: other workers need a moment to renew theirs.
        has_slept = self._renewed is not None and has_passed(self._renewed, self.options.lease, now)
        self._renewed = now
        for run in () if has_slept else self.backend.reap(now):
            self.notify(RunChanged(run, run.state))
            if run.state.type.is_final:
                remove_directory(own_directory(run.id, self.home))
            self._next_due = now
        for claim in () if has_slept else self._served.take_over(now):
            self._executions.adopt(self._starter.adopt(claim), now)

    def _announce_stop(self) -> None:
        if self.is_stopping and not self._is_stop_announced:
            self._is_stop_announced = True
            self.notify(Stopping(len(self._executions)))

    def _free_slot(self) -> None:
        """Handle the end of a run: free its slot, and deliver its automations at once."""
        self._deliveries.hurry()
        self._next_due = self._planner.started
        self._has_looked = False
