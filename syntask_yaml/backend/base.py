"""The interface that every backend implements.

`Backend` is what commands need, with `Automations`, `ConcurrencyLimits`, `DeployRecords`, `Ledgers` and
`WorkPools` as parts elsewhere; `RunQueue` (`backend/queue.py`) is what our own worker needs besides, on the
backends that it can serve. Every adapter passes the same contract suite (`tests/contract`). All verbs raise
`BackendError` and its kinds for what goes wrong on the other side, `NotFound` for an id that stands for
nothing, and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeGuard

from syntask_yaml.backend.automations import Automations
from syntask_yaml.backend.concurrency_limits import ConcurrencyLimits
from syntask_yaml.backend.history import DeployRecords, Ledgers
from syntask_yaml.backend.pools import WorkPools
from syntask_yaml.backend.queue import RunQueue
from syntask_yaml.errors import BackendError
from syntask_yaml.model.block import Block, BlockType, Variable
from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.deployment import DeploymentPage, Stored, Write
from syntask_yaml.model.lease import Holder, Lease
from syntask_yaml.model.run import Cause, LogLine, Run, RunRequest, StateType


class Written(NamedTuple):
    """The result of one write: the deployment's *id*, or an *error*."""

    write: Write
    id: str | None = None
    error: BackendError | None = None


class RunFilter(NamedTuple):
    """Which runs are meant. Empty fields do not filter.

    *deployment* is `flow/name`; *of* are the ids of some deployments, and *pools* the names of work pools.
    *until* leaves out runs that are due later, *after* all others; *since* those that ended earlier.
    """

    deployment: str | None = None
    of: frozenset[str] = frozenset()
    pools: frozenset[str] = frozenset()
    states: frozenset[StateType] = frozenset()
    until: datetime | None = None
    after: datetime | None = None
    since: datetime | None = None
    limit: int = 200


class LogFilter(NamedTuple):
    """Select lines of a log: those of a *level* or a higher one, written *since* a time.

    *tasks* are the ids of the task runs that wrote them; empty: whoever did. At most *limit* of them: the
    first ones, or with *is_newest* the last ones.
    """

    level: int = 0
    since: datetime | None = None
    tasks: tuple[str, ...] = ()
    limit: int | None = None
    is_newest: bool = False


ALL_LINES = LogFilter()


class Features(NamedTuple):
    """What a backend supports beyond the common interface.

    *has_default_pool*: a deployment that names no work pool gets the one called `default`.
    *has_own_worker*: runs are made and executed by `syntask`, which reads schedules and job variables as
    the file does; elsewhere a server and its workers do it. *runs_own_steps*: pull steps may be any that
    `syntask` has, each with a `timeout`. *served_types* are the types of work pools whose runs are executed;
    None where that is not known here. *has_hosted_pools*: runs of push and managed work pools are executed.

    *is_atomic*: what is written at once is one transaction, so that nobody writes in between. *has_owners*:
    what a project owns is found, and its owner changed, without touching anything else. *triggers* and *sla*:
    deployments have them. *actions* are the types of action that its automations do. *forgets* are the fields
    of a deployment that it takes and does not give back.
    """

    has_default_pool: bool = False
    has_own_worker: bool = False
    runs_own_steps: bool = False
    served_types: frozenset[str] | None = None
    has_hosted_pools: bool = False
    is_atomic: bool = False
    has_owners: bool = False
    triggers: bool = False
    sla: bool = False
    actions: frozenset[str] = frozenset()
    forgets: frozenset[str] = frozenset()


class Backend(Automations, ConcurrencyLimits, DeployRecords, Ledgers, WorkPools, Protocol):
    """Deployments, pools, values and runs, wherever they live. *url* is for people, without secrets."""

    url: str
    features: Features

    def deployments(
        self, *, projects: Collection[str] = (), names: Collection[str] | None = None
    ) -> list[Stored]:
        """Return deployments, by `flow/name`: all, those of *projects*, or those with *names*.

        With both, what is in either.
        """
        ...

    def deployment_page(self, text: str = "", *, skip: int = 0, limit: int) -> DeploymentPage:
        """At most *limit* of the deployments that have *text* in their name, a tag, their work pool or their
        project, in any case; the first *skip* of them are left out.
        """
        ...

    def write(self, writes: Sequence[Write], *, jobs: int = 1) -> Iterator[Written]:
        """Make the changes, and yield what became of each, in order; one failure stops no other.

        A write whose `before` is no longer what the backend has fails with `BackendConflict`.
        Schedules that stay keep their id; runs that were made ahead and no longer fit are removed.
        """
        ...

    def variables(self) -> list[Variable]:
        """All variables, by name."""
        ...

    def variable(self, name: str) -> Variable | None:
        """The variable called *name*; None if there is none."""
        ...

    def set_variable(self, variable: Variable) -> None:
        """Make the variable, or give it another value."""
        ...

    def unset_variable(self, name: str) -> bool:
        """Remove the variable; whether there was one."""
        ...

    def block_types(self) -> list[BlockType]:
        """The types that a new block can have, by slug."""
        ...

    def blocks(self) -> list[Block]:
        """All blocks, by type and name, with their secret fields as `Secret`."""
        ...

    def block(self, type: str, name: str, *, with_secrets: bool = True) -> Block | None:
        """Return one block; None if there is none. Without *with_secrets*, its secrets are masked."""
        ...

    def create_block(self, block: Block) -> Block:
        """Make a block; `BackendConflict` if type and name are taken, `BackendRefused` if it fits no type."""
        ...

    def update_block(self, block: Block) -> Block:
        """Replace all fields of the block of that type and name, which keeps its id; `NotFound` if none."""
        ...

    def delete_block(self, type: str, name: str) -> bool:
        """Remove the block; whether there was one."""
        ...

    def create_run(self, request: RunRequest) -> Run:
        """A new run of a deployment, due at once or at `request.scheduled`."""
        ...

    def runs(self, which: RunFilter) -> list[Run]:
        """Runs, the one that is due last first; with `after`, the one that is due next first."""
        ...

    def last_runs(self, deployments: Collection[Stored]) -> dict[str, Run]:
        """The last run of each of *deployments* that was due and no longer waits, by the deployment's id.

        A server is asked a limited number of times: of very many deployments, some may be left out.
        """
        ...

    def run(self, id: str) -> Run | None:
        """Return one run by its id or a prefix of it. Raises BackendRefused if the prefix is ambiguous."""
        ...

    def logs(self, run_id: str, *, after: int = 0, which: LogFilter = ALL_LINES) -> list[LogLine]:
        """The lines that a run wrote, or those that are meant, in order, without the first *after* ones.

        The last ones are asked for without *after*.
        """
        ...

    def children(self, run_id: str) -> list[ChildRun]:
        """The task runs and subflow runs of a run, those of its subflows too, in the order of their start."""
        ...

    def cause(self, run: Run) -> Cause | None:
        """Return how a run came into its state; None if the backend does not know."""
        ...

    def cancel(self, run_id: str) -> Run:
        """Ask that a run end: CANCELLED at once where it has not begun, else CANCELLING.

        `BackendConflict` if it has ended.
        """
        ...

    def retry(self, run_id: str, *, again: bool = False) -> Run:
        """Do again what a run did that has ended, with the same parameters and job variables.

        Our own backend makes another run, which is due now, once for each run, or *again*. A server lets the
        same run be due again. `BackendConflict` if it has not ended, was retried already, or its deployment
        was deleted.
        """
        ...

    def take_lease(self, name: str, holder: Holder, *, seconds: float) -> Lease | None:
        """Take the lease called *name* for *seconds*: nobody else gets it meanwhile.

        One that ran out, or whose process is known to have ended, is taken over. None where the backend
        has no leases for who asks. Raises `LeaseHeld` while somebody else has it.
        """
        ...

    def renew_lease(self, lease: Lease, *, seconds: float) -> bool:
        """Hold on to a lease for another *seconds*; False if somebody else has taken it over."""
        ...

    def release_lease(self, lease: Lease) -> None:
        """Give a lease back, if it is still ours."""
        ...

    def read_ledger(self, name: str) -> Mapping[str, Any]:
        """Return the entries of the ledger *name*; empty if there are none."""
        ...

    def keep_ledger(self, name: str, content: Mapping[str, Any]) -> None:
        """Keep *content*, which is JSON, under *name* in the place of what was there."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class OwnBackend(Backend, RunQueue, Protocol):
    """A backend that our own worker can serve."""


def is_own(backend: Backend) -> TypeGuard[OwnBackend]:
    """Whether our own worker can serve *backend*."""
    return backend.features.has_own_worker
