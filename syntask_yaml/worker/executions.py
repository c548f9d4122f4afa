"""The runs that a worker executes, from their start until the store has all of their reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.queue import Claim
from syntask_yaml.errors import BackendError
from syntask_yaml.model.run import Cause, CauseKind, State, StateType
from syntask_yaml.worker.events import Notify, RunAdopted, RunChanged
from syntask_yaml.worker.execution import Execution
from syntask_yaml.worker.options import WorkerOptions


class Executions:
    """The executions of a worker, by run id. Each change of a run is notified."""

    def __init__(self, backend: OwnBackend, options: WorkerOptions, notify: Notify) -> None:
        self._backend = backend
        self._options = options
        self._notify = notify
        self.by_run: dict[str, Execution] = {}

    def __len__(self) -> int:
        return len(self.by_run)

    @property
    def claims(self) -> list[Claim]:
        return [each.claim for each in self.by_run.values()]

    @property
    def descriptors(self) -> list[int]:
        """The descriptors that become readable when a run has reported something."""
        return [descriptor for each in self.by_run.values() for descriptor in each.descriptors]

    @property
    def are_going_on(self) -> bool:
        """Whether a run has not ended yet."""
        return any(not each.is_over for each in self.by_run.values())

    def add(self, execution: Execution) -> None:
        self.by_run[execution.claim.run.id] = execution

    def adopt(self, execution: Execution, now: datetime) -> None:
        """Take over a run of a dead worker."""
        self.add(execution)
        self._notify(RunAdopted(execution.claim.run))
        if execution.claim.run.state.type is StateType.CANCELLING:
            execution.cancel(now, grace=self._options.grace)

    def hear(self, now: datetime, *, can_write: bool) -> None:
        """Collect the reports of the runs; move them to disk unless the worker *can_write* to the store."""
        for execution in self.by_run.values():
            execution.hear(now)
            if not can_write:
                execution.put_aside()

    def deliver(self, now: datetime) -> Iterator[Execution]:
        """Write the reports of the runs to the store, and yield each run whose end was written."""
        for execution in list(self.by_run.values()):
            self._deliver(execution, now)
            if execution.is_over:
                self._close(execution)
                yield execution

    def report(self, claim: Claim, state: State, now: datetime) -> None:
        """Write the *state* of a run that cannot report it itself."""
        if self._backend.report(claim, state, now):
            self._notify(RunChanged(claim.run, state))

    def obey(self, states: Mapping[str, StateType], now: datetime) -> None:
        """End the runs that were cancelled, and those that another worker has claimed."""
        for run_id, execution in list(self.by_run.items()):
            state = states.get(run_id)
            if state is None:
                execution.lose(self._backend.run(run_id))
            elif state is StateType.CANCELLING:
                execution.cancel(now, grace=self._options.grace)

    def cancel(self, now: datetime) -> None:
        """Cancel all runs, because the worker was stopped."""
        reason, cause = "The worker was stopped.", self._stopped(now)
        for execution in self.by_run.values():
            execution.cancel(now, grace=self._options.grace, reason=reason, cause=cause)

    def abandon(self, now: datetime) -> None:
        """End all runs, because an unexpected error ends the worker."""
        for execution in self.by_run.values():
            if not execution.leave():
                execution.kill()
        for execution in list(self.by_run.values()):
            state = State(StateType.CRASHED, "", "The worker exited during the run.", self._stopped(now))
            with suppress(BackendError):  # possibly the reason of the end; another worker finds the run
                self._deliver(execution, now)
                if not execution.is_over:
                    self.report(execution.claim, state, now)
            self._close(execution)

    def _deliver(self, execution: Execution, now: datetime) -> None:
        for state in execution.deliver(self._backend, now):
            self._notify(RunChanged(execution.claim.run, state))

    def _close(self, execution: Execution) -> None:
        execution.close()
        del self.by_run[execution.claim.run.id]

    def _stopped(self, now: datetime) -> Cause:
        return Cause(kind=CauseKind.WORKER_STOPPED, who=self._options.name, at=now)
