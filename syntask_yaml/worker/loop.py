"""The worker: claims due runs, starts them, and reports their states to the backend.

`Worker.tick(now)` does everything that is due at a moment, and `Worker.wait()` sleeps until there is more
to do. Time is an argument; the only loop is `run`.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.clock import has_passed
from syntask_yaml.backend.queue import Claim
from syntask_yaml.errors import BackendError, BackendUnreachable, SyntaskError
from syntask_yaml.model.run import LogLine, State, StateType
from syntask_yaml.worker.events import Notify, RunChanged, Stopping, StoreLost, StoreRegained
from syntask_yaml.worker.execution import Execution, start_execution
from syntask_yaml.worker.housekeeping import Housekeeping
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.planner import Planner
from syntask_yaml.worker.run_environment import own_directory, remove_directory
from syntask_yaml.worker.runner.base import Runner

# Seconds.
_POLL_EVERY = 0.05
_RETRY_EVERY = 1.0
# How long a worker without runs waits for a store that cannot be written.
_PATIENCE = 30.0


@dataclass
class Worker:
    """One worker on one backend. *runner* starts its runs; *home* is where their directories are."""

    backend: OwnBackend
    options: WorkerOptions
    runner: Runner
    home: Path
    environ: Mapping[str, str]
    notify: Notify
    is_stopping: bool = False
    is_cancelling: bool = False
    _executions: dict[str, Execution] = field(default_factory=dict)
    _renewed: datetime | None = None
    _began: datetime | None = None
    _tried: datetime | None = None
    _lost: datetime | None = None
    _seen: int | None = None
    _next_due: datetime | None = None
    _has_looked: bool = False
    _is_stop_announced: bool = False

    def __post_init__(self) -> None:
        self._planner = Planner(self.backend.schedule)
        self._housekeeping = Housekeeping(self.backend, self.home, self.options.keep)

    def stop(self) -> None:
        """Claim no more runs; the second time, cancel the current ones. Safe in a signal handler."""
        self.is_cancelling = self.is_stopping
        self.is_stopping = True

    @property
    def is_done(self) -> bool:
        """Whether the worker can exit."""
        return not self._executions and (self.is_stopping or (self.options.run_once and self._has_looked))

    def run(self, clock: Callable[[], datetime]) -> None:
        """Work until stopped or, with `run_once`, until the runs that were due at the start have ended."""
        try:
            while not self.is_done:
                self.tick(clock())
                self.wait(clock())
            if self.is_stopping:
                self._announce_stop()
        finally:
            self._abandon(clock())
            self._planner.close()

    def tick(self, now: datetime) -> None:
        """Do everything that is due at *now*."""
        self._listen(now)
        if self.is_stopping:
            self._announce_stop()
        if self.is_cancelling:
            self._cancel_all(now)
        if self._lost is not None and not has_passed(self._tried, _RETRY_EVERY, now):
            return
        self._tried = now
        try:
            self._use_store(now)
        except BackendError as error:
            self._on_store_lost(error, now)
        else:
            self._on_store_regained()

    def _use_store(self, now: datetime) -> None:
        """Do everything that needs the store."""
        has_changed = self._has_changed()
        if has_passed(self._renewed, self.options.lease / 3, now):
            self._renew(now)
        elif has_changed:
            self._obey(self.backend.held([each.claim for each in self._executions.values()]), now)
        self._deliver(now)
        if self.is_stopping:
            return
        self._housekeeping.tick(now, self._executions)
        if self._planner.tick(now, has_changed=has_changed):
            self._next_due = now
        if self._next_due is not None and self._next_due <= now:
            self._claim_due(now)

    def wait(self, now: datetime) -> None:
        """Sleep until a run reports something, or until the next tick is due."""
        until = _POLL_EVERY
        has_room = self._lost is None and len(self._executions) < self.options.limit
        if self._next_due is not None and has_room:
            until = min(until, max((self._next_due - now).total_seconds(), 0))
        poll = select.poll()
        for execution in self._executions.values():
            for descriptor in execution.descriptors:
                poll.register(descriptor, select.POLLIN)
        poll.poll(until * 1000)

    def _on_store_lost(self, error: BackendError, now: datetime) -> None:
        """Continue without the store for now. Raises *error* if there is nothing to wait for."""
        has_time = self._lost is None or not has_passed(self._lost, _PATIENCE, now)
        is_waited_for = any(not each.is_over for each in self._executions.values()) or (
            not self.is_cancelling and (has_time or not self.options.run_once)
        )
        if not error.may_pass or not is_waited_for:
            raise error
        if self._lost is None:
            self._lost = now
            self.notify(StoreLost(error.detail))

    def _on_store_regained(self) -> None:
        if self._lost is not None:
            self._lost = None
            self.notify(StoreRegained())

    def _has_changed(self) -> bool:
        """Whether another process wrote to the backend since the last call."""
        before, self._seen = self._seen, self.backend.changed()
        return before != self._seen

    def _claim_due(self, now: datetime) -> None:
        """Claim and start due runs, up to the limit."""
        options = self.options
        self._began = self._began or now
        for _ in range(options.limit - len(self._executions)):
            claim = self.backend.claim(
                options.pool,
                worker=options.name,
                now=now,
                lease=options.lease,
                queues=options.queues,
                due_by=self._began if options.run_once else None,
            )
            if claim is None:
                self._has_looked = self._planner.is_idle
                break
            self._start(claim, now)
        else:  # there is no room, but runs beyond a deployment's limit are still held back
            self.backend.hold_back(now)
        self._next_due = self.backend.next_due(options.pool, now)

    def _start(self, claim: Claim, now: datetime) -> None:
        self.notify(RunChanged(claim.run, claim.run.state))
        try:
            self._executions[claim.run.id] = start_execution(
                claim,
                self.backend,
                self.runner,
                home=self.home,
                environ=self.environ,
                log_limit=self.options.log_limit,
            )
        except BackendUnreachable:
            raise  # the run is due again once its lease has expired
        except (SyntaskError, OSError, ValueError) as error:  # ValueError: no environment can hold it
            message = f"The run could not be started: {error}"
            self.backend.append_logs(claim.run.id, [LogLine(now, 40, message)])
            self._report(claim, State(StateType.CRASHED, message=message), now)

    def _listen(self, now: datetime) -> None:
        for execution in self._executions.values():
            execution.hear(now)
            if self._lost is not None:
                execution.put_aside()

    def _deliver(self, now: datetime) -> None:
        """Write what the runs have reported to the store."""
        for execution in list(self._executions.values()):
            self._deliver_one(execution, now)
            if execution.is_over:
                self._close(execution)

    def _deliver_one(self, execution: Execution, now: datetime) -> None:
        for state in execution.deliver(self.backend, now):
            self.notify(RunChanged(execution.claim.run, state))

    def _report(self, claim: Claim, state: State, now: datetime) -> None:
        if self.backend.report(claim, state, now):
            self.notify(RunChanged(claim.run, state))

    def _renew(self, now: datetime) -> None:
        """Renew the leases, and end the runs of dead workers."""
        if claims := [each.claim for each in self._executions.values()]:
            self._obey(self.backend.renew(claims, now=now, lease=self.options.lease), now)
        # After the machine slept, every lease has expired: other workers need a moment to renew theirs.
        has_slept = self._renewed is not None and has_passed(self._renewed, self.options.lease, now)
        self._renewed = now
        for run in () if has_slept else self.backend.reap(now):
            self.notify(RunChanged(run, run.state))
            if run.state.type.is_final:
                remove_directory(own_directory(run.id, self.home))
            self._next_due = now

    def _obey(self, states: Mapping[str, StateType], now: datetime) -> None:
        """End the runs that were cancelled, and those that another worker has."""
        for run_id, execution in list(self._executions.items()):
            state = states.get(run_id)
            if state is None:
                execution.kill()
            elif state is StateType.CANCELLING:
                execution.cancel(now, grace=self.options.grace)

    def _announce_stop(self) -> None:
        if not self._is_stop_announced:
            self._is_stop_announced = True
            self.notify(Stopping(len(self._executions)))

    def _cancel_all(self, now: datetime) -> None:
        for execution in self._executions.values():
            execution.cancel(now, grace=self.options.grace, reason="The worker was stopped.")

    def _close(self, execution: Execution) -> None:
        execution.close()
        del self._executions[execution.claim.run.id]
        self._next_due = self._planner.started  # there is room for another run
        self._has_looked = False

    def _abandon(self, now: datetime) -> None:
        """End all runs when an unexpected error ends the worker."""
        for execution in self._executions.values():
            execution.kill()
        for execution in list(self._executions.values()):
            state = State(StateType.CRASHED, message="The worker exited during the run.")
            with suppress(BackendError):  # may be what ends the worker; another one finds the run
                self._deliver_one(execution, now)
                if not execution.is_over:
                    self._report(execution.claim, state, now)
            self._close(execution)
