"""The interface of our own worker: claim due runs, each exactly once, and report."""

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

# Of a claim that says no more, and never changed.
_NOTHING: Mapping[str, Json] = {}


class Claim(NamedTuple):
    """A run that one worker took, with what it takes to execute it.

    *token* proves that it is still ours: it changes hands only when the lease has run out. *logged* is how
    many lines its log had when it was taken.
    *pool_type* and *base_job_template* are what the pool had when the run was taken, *job_variables* the
    deployment's with the run's over them; *entrypoint* is empty if it has none.
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
    """A schedule of a *deployment*, `flow/name`, all of whose runs, *made_until* then, are past."""

    deployment: str
    timing: Timing
    made_until: datetime


class RunReports(Protocol):
    """The interface for reporting a run, for the process that executes it."""

    def report(self, claim: Claim, state: State, now: datetime) -> bool:
        """Write a run's new state; False, and nothing written, if the run is no longer ours.

        An end gives up the claim. A run that is to be cancelled stays CANCELLING until it ends.
        """
        ...

    def append_logs(self, run_id: str, lines: Sequence[LogLine], *, token: str = "") -> bool:
        """Keep what a run wrote. With *token*, False, and nothing kept, if the run is no longer ours."""
        ...

    def rename(self, claim: Claim, name: str) -> bool:
        """Give a run another name; False, and nothing written, if the run is no longer ours."""
        ...

    def put_children(self, run_id: str, children: Sequence[ChildRun], *, token: str = "") -> bool:
        """Keep how task runs and subflow runs of a run stand, each once, over what is known of them.

        What is older than that changes nothing. With *token*, False, and nothing kept, if the run is no
        longer ours. What has not ended when its run ends is CANCELLED or CRASHED with it.
        """
        ...

    def renew(self, claims: Sequence[Claim], *, now: datetime, lease: float) -> Mapping[str, StateType]:
        """Hold on to runs for another *lease* seconds: the states of those still ours, by run id."""
        ...

    def held(self, claims: Sequence[Claim]) -> Mapping[str, StateType]:
        """Return what `renew` would return, without renewing."""
        ...


class RunQueue(RunReports, DeliveryQueue, SlotQueue, Protocol):
    """The interface for a worker: due runs, each claimed exactly once, and their reports.

    Every verb may be called by many workers at the same time, and each change is one transaction.
    """

    def schedule(self, now: datetime) -> int:
        """Make the coming runs of all active schedules; how many are new. Calling again makes none twice.

        Cheap when there is nothing to make. What is made ahead, and what of the past: `backend/schedules.py`.
        """
        ...

    def schedules_behind(self, now: datetime) -> list[ScheduleBehind]:
        """The schedules of which `schedule` may leave out times at *now*, by deployment; of many, some."""
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
        """Take the next due run that the limits of pool and deployment allow, for *lease* seconds.

        By the priority of its queue, then by the time it was due. *queues* empty means all; *due_by*
        leaves out runs that became due later.
        """
        ...

    def begin(self, run: Run, *, now: datetime, lease: float) -> Claim:
        """Add a run without a deployment that the caller executes itself, held for *lease* seconds."""
        ...

    def hold_back(self, now: datetime) -> None:
        """Have due runs beyond the limit of their deployment wait or be cancelled, as `claim` does.

        Cheap where there are none.
        """
        ...

    def reap(self, now: datetime, *, only: Collection[str] | None = None) -> list[Run]:
        """End what dead workers left: what was running has crashed; what had not begun is due again.

        What runs in a pool whose runs outlive their worker is left to `take_over`. With *only*, which are
        ids, other runs are left as they are.
        """
        ...

    def take_over(self, pool: str, *, worker: str, now: datetime, lease: float) -> list[Claim]:
        """Take what dead workers of *pool* left running, each once, for *lease* seconds.

        The claims tell what it takes to find these runs, and not what it would take to start them.
        """
        ...

    def beat(self, worker: ServingWorker, now: datetime, *, seconds: float) -> None:
        """Note that *worker* is there, and how long it counts as online without another beat."""
        ...

    def forget(self, before: datetime, *, limit: int) -> int:
        """Remove runs that ended earlier than *before*, with their logs and children; how many it were.

        At most *limit*, and no more than take a moment; 0 if there are none.
        """
        ...

    def next_due(self, pool: str, now: datetime) -> datetime | None:
        """Return when the next run of *pool* is due, later than *now*; None if none is known."""
        ...

    def hurry(self, patience: float) -> None:
        """From now on wait no longer than *patience* seconds while others write."""
        ...

    def changed(self) -> int:
        """A number that differs after any other process has written."""
        ...

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Descriptors that are readable since a process began to write; none where the system does not tell.

        `changed` resets them, and differs only once that process has written.
        """
        ...
