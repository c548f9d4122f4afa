"""The interface of all backends.

`Backend` has the operations for commands, some of them in `Automations`, `ConcurrencyLimits`,
`DeployRecords`, `Ledgers` and `WorkPools`. `RunQueue` (`backend/queue.py`) has those for our worker, on the
backends that it can serve. All adapters pass one contract suite (`tests/contract`). Operations raise only
`BackendError` and its subclasses, such as `NotFound` for an unknown id.
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
    """A filter for runs. Empty fields match all runs.

    *deployment* is `flow/name`, *of* contains ids of deployments, and *pools* names of work pools. *until*
    excludes runs that are due later, and *after* those that are not. *since* excludes runs that ended
    earlier.
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
    """A filter for log lines: those of at least *level*, written at or after *since*.

    *tasks* are ids of task runs; empty matches all lines. *limit* selects the first lines, or with
    *is_newest* the last ones.
    """

    level: int = 0
    since: datetime | None = None
    tasks: tuple[str, ...] = ()
    limit: int | None = None
    is_newest: bool = False


ALL_LINES = LogFilter()


class Features(NamedTuple):
    """The optional features of a backend.

    *has_default_pool*: deployments without a work pool get the one called `default`. *has_own_worker*:
    `syntask` creates and executes the runs, and interprets schedules and job variables as in the file;
    elsewhere a server and its workers do. *runs_own_steps*: pull steps can be any steps of `syntask`, with a
    `timeout`. *served_types* are the types of work pools whose runs are executed, None if unknown.
    *has_hosted_pools*: runs of push and managed work pools are executed.

    *is_atomic*: one call of `write` is one transaction. *has_owners*: the objects of a project can be listed,
    and their owner can be changed without other changes. *triggers* and *sla*: deployments can have them.
    *actions* are the supported types of actions of automations. *forgets* are the fields of deployments that
    can be written, but not read.
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
    """Deployments, work pools, values and runs. *url* is for display and contains no secrets."""

    url: str
    features: Features

    def deployments(
        self, *, projects: Collection[str] = (), names: Collection[str] | None = None
    ) -> list[Stored]:
        """Return deployments by `flow/name`: all, those of *projects*, or those with *names*.

        With both filters, return the union.
        """
        ...

    def deployment_page(self, text: str = "", *, skip: int = 0, limit: int) -> DeploymentPage:
        """Return at most *limit* deployments that match *text*, after the first *skip*.

        *text* is searched in their name, tags, work pool and project, ignoring case.
        """
        ...

    def write(self, writes: Sequence[Write], *, jobs: int = 1) -> Iterator[Written]:
        """Apply the changes, and yield the result of each, in order. A failure does not affect the others.

        A write fails with `BackendConflict` if its `before` is outdated. Unchanged schedules keep their id.
        Scheduled runs that no longer match are deleted.
        """
        ...

    def variables(self) -> list[Variable]:
        """Return all variables by name."""
        ...

    def variable(self, name: str) -> Variable | None:
        """Return the variable called *name*; None if it does not exist."""
        ...

    def set_variable(self, variable: Variable) -> None:
        """Create or replace the variable."""
        ...

    def unset_variable(self, name: str) -> bool:
        """Delete the variable. Return whether it existed."""
        ...

    def block_types(self) -> list[BlockType]:
        """Return the types of new blocks by slug."""
        ...

    def blocks(self) -> list[Block]:
        """Return all blocks by type and name, with secret fields as `Secret`."""
        ...

    def block(self, type: str, name: str, *, with_secrets: bool = True) -> Block | None:
        """Return one block; None if it does not exist. Without *with_secrets*, its secrets are masked."""
        ...

    def create_block(self, block: Block) -> Block:
        """Create a block.

        Raises BackendConflict if it exists, BackendRefused if it does not match its type.
        """
        ...

    def update_block(self, block: Block) -> Block:
        """Replace all fields of the block with that type and name, which keeps its id. Raises NotFound."""
        ...

    def delete_block(self, type: str, name: str) -> bool:
        """Delete the block. Return whether it existed."""
        ...

    def create_run(self, request: RunRequest) -> Run:
        """Create a run of a deployment, due now or at `request.scheduled`."""
        ...

    def runs(self, which: RunFilter) -> list[Run]:
        """Return runs, the latest due first; with `after`, the earliest due first."""
        ...

    def last_runs(self, deployments: Collection[Stored]) -> dict[str, Run]:
        """Return the most recent run of each of *deployments* that is due and not waiting, by deployment id.

        The number of requests to a server is limited: of very many deployments, some may be missing.
        """
        ...

    def run(self, id: str) -> Run | None:
        """Return the run with an id or a prefix of it. Raises BackendRefused if the prefix is ambiguous."""
        ...

    def logs(self, run_id: str, *, after: int = 0, which: LogFilter = ALL_LINES) -> list[LogLine]:
        """Return the log lines of a run that match *which*, in order, after the first *after* lines.

        *after* cannot be combined with `is_newest`.
        """
        ...

    def children(self, run_id: str) -> list[ChildRun]:
        """Return the task runs and subflow runs of a run, recursively, in the order of their start."""
        ...

    def cause(self, run: Run) -> Cause | None:
        """Return the cause of the state of a run; None if unknown."""
        ...

    def cancel(self, run_id: str) -> Run:
        """Request the end of a run: it is CANCELLED immediately if it has not started, else CANCELLING.

        Raises BackendConflict if the run has ended.
        """
        ...

    def retry(self, run_id: str, *, again: bool = False) -> Run:
        """Repeat a run that has ended, with the same parameters and job variables.

        The embedded backend creates a new run, due now: one for each run, or more with *again*. A server
        schedules the same run again. Raises BackendConflict if the run has not ended, was already retried, or
        if its deployment was deleted.
        """
        ...

    def take_lease(self, name: str, holder: Holder, *, seconds: float) -> Lease | None:
        """Acquire the lease called *name* for *seconds*, exclusively.

        An expired lease, or one whose process is known to have ended, is taken over. Returns None if the
        backend has no leases for this user. Raises LeaseHeld if another process holds it.
        """
        ...

    def renew_lease(self, lease: Lease, *, seconds: float) -> bool:
        """Extend a lease by *seconds*. Return False if another process has taken it over."""
        ...

    def release_lease(self, lease: Lease) -> None:
        """Release a lease if it is still held."""
        ...

    def read_ledger(self, name: str) -> Mapping[str, Any]:
        """Return the entries of the ledger *name*; empty if it does not exist."""
        ...

    def keep_ledger(self, name: str, content: Mapping[str, Any]) -> None:
        """Replace the content of the ledger *name* with *content*, which is JSON."""
        ...

    def close(self) -> None:
        """Close files and connections."""
        ...


class OwnBackend(Backend, RunQueue, Protocol):
    """A backend that our worker can serve."""


def is_own(backend: Backend) -> TypeGuard[OwnBackend]:
    """Return whether our worker can serve *backend*."""
    return backend.features.has_own_worker
