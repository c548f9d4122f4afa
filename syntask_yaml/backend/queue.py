"""The interface for our worker: claim each due run exactly once, and report it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from syntask_yaml.backend.automations import DeliveryQueue
from syntask_yaml.backend.concurrency_limits import SlotQueue

if TYPE_CHECKING:
    from syntask_yaml.model.child_run import ChildRun
    from syntask_yaml.model.run import LogLine, Run, State, StateType
    from syntask_yaml.model.schedule import Timing
    from syntask_yaml.model.value import Json
    from syntask_yaml.model.worker import ServingWorker

# An immutable default for the fields of claims.
_NOTHING: Mapping[str, Json] = {}


class Claim(NamedTuple):
    """A claimed run, with the data to execute it.

    *token* identifies the claim until the lease expires and another worker claims the run. *logged* is the
    number of log lines at the time of the claim, and *pool_type* and *base_job_template* are those of the
    pool at that time. *job_variables* are merged from the deployment and the run. *entrypoint* is empty if
    there is none.
    """

    run: Run
    token: str
    pool_type: str
    entrypoint: str = ""
    parameters: Mapping[str, Json] = _NOTHING
    job_variables: Mapping[str, Json] = _NOTHING
    base_job_template: Mapping[str, Json] = _NOTHING
    pull_steps: tuple[Mapping[str, Json], ...] = ()
    logged: int = 0


class ScheduleBehind(NamedTuple):
    """A schedule of a *deployment* (`flow/name`) whose created runs, up to *made_until*, are all past."""

    deployment: str
    timing: Timing
    made_until: datetime


class RunReports(Protocol):
    """Operations for the process that executes a run."""

    def report(self, claim: Claim, state: State, now: datetime) -> bool:
        """Store the new state of a run. Return False, and store nothing, if the claim was lost.

        A final state ends the claim. A run in CANCELLING stays there until a final state.
        """
        ...

    def append_logs(self, run_id: str, lines: Sequence[LogLine], *, token: str = "") -> bool:
        """Append log lines of a run. With *token*, return False, and store nothing, if the claim was lost."""
        ...

    def rename(self, claim: Claim, name: str) -> bool:
        """Rename a run. Return False, and store nothing, if the claim was lost."""
        ...

    def put_children(self, run_id: str, children: Sequence[ChildRun], *, token: str = "") -> bool:
        """Insert or update the states of task runs and subflow runs of a run.

        Outdated states are ignored. With *token*, return False, and store nothing, if the claim was lost.
        Children that have not ended when their run ends become CANCELLED or CRASHED with it.
        """
        ...

    def renew(self, claims: Sequence[Claim], *, now: datetime, lease: float) -> Mapping[str, StateType]:
        """Extend the leases of runs by *lease* seconds. Return the states of the runs still held, by id."""
        ...

    def held(self, claims: Sequence[Claim]) -> Mapping[str, StateType]:
        """Return the result that `renew` would have, without renewing."""
        ...


class RunQueue(RunReports, DeliveryQueue, SlotQueue, Protocol):
    """Operations for a worker: claim each due run exactly once, and report it.

    All are safe for concurrent use by many workers, and each change is one transaction.
    """

    def schedule(self, now: datetime) -> int:
        """Create the next runs of all active schedules, each once, and return the number of new ones.

        Cheap if there is nothing to create. `backend/schedules.py` defines which past and future runs are
        created.
        """
        ...

    def schedules_behind(self, now: datetime) -> list[ScheduleBehind]:
        """Return schedules of which `schedule` may skip times at *now*, by deployment, up to a limit."""
        ...

    def claim(
        self,
        pool: str,
        *,
        worker: str,
        now: datetime,
        lease: float,
        queues: Collection[str] = (),
        due_by: datetime | None = None,
    ) -> Claim | None:
        """Claim the next due run, within the limits of pool and deployment, for *lease* seconds.

        Runs are ordered by the priority of their queue, then by due time. *queues* empty means all. *due_by*
        excludes runs that became due later.
        """
        ...

    def begin(self, run: Run, *, now: datetime, lease: float) -> Claim:
        """Create a run without a deployment, executed by the caller and claimed for *lease* seconds."""
        ...

    def hold_back(self, now: datetime) -> None:
        """Delay or cancel due runs beyond the limit of their deployment, as `claim` does.

        Cheap if there are none.
        """
        ...

    def reap(self, now: datetime, *, only: Collection[str] | None = None) -> list[Run]:
        """End the runs of dead workers: running ones have crashed, and those not started are due again.

        Runs that can outlive their worker are left to `take_over`. With *only*, a set of ids, other runs are
        ignored.
        """
        ...

    def take_over(self, pool: str, *, worker: str, now: datetime, lease: float) -> list[Claim]:
        """Claim the running runs of dead workers of *pool*, each once, for *lease* seconds.

        The claims have the data to find the runs, but not the data to start them.
        """
        ...

    def beat(self, worker: ServingWorker, now: datetime, *, seconds: float) -> None:
        """Record a heartbeat of *worker*, and how long it is online without another one."""
        ...

    def forget(self, before: datetime, *, limit: int) -> int:
        """Delete runs that ended before *before*, with their logs and children, and return their number.

        Deletes at most *limit* runs, and fewer if it takes too long; 0 only if there are none left.
        """
        ...

    def next_due(self, pool: str, now: datetime) -> datetime | None:
        """Return the due time of the next run of *pool* after *now*; None if unknown."""
        ...

    def hurry(self, patience: float) -> None:
        """Wait at most *patience* seconds for other writers from now on."""
        ...

    def changed(self) -> int:
        """Return a number that changes with each write by another process."""
        ...

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Return file descriptors that become readable on the start of a write; empty if not supported.

        `changed` resets them. Its number changes only at the end of the write.
        """
        ...
