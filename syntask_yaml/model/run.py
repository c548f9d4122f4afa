"""Flow runs, their states and their logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from syntask_yaml.model.value import Json


class StateType(Enum):
    """The kinds of state a run can be in. A type has several names, such as Late for SCHEDULED."""

    SCHEDULED = "SCHEDULED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    CANCELLING = "CANCELLING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CRASHED = "CRASHED"
    CANCELLED = "CANCELLED"

    @property
    def is_final(self) -> bool:
        return self in _FINAL

    @property
    def holds_slot(self) -> bool:
        """Whether a run in this state counts towards concurrency limits."""
        return self in BUSY


_FINAL = {StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED}
BUSY = frozenset((StateType.PENDING, StateType.RUNNING, StateType.CANCELLING))

# A group of runs has the first of these states that any of its runs is in.
WORST_FIRST = (
    StateType.CRASHED,
    StateType.FAILED,
    StateType.CANCELLED,
    StateType.CANCELLING,
    StateType.RUNNING,
    StateType.PAUSED,
    StateType.PENDING,
    StateType.SCHEDULED,
    StateType.COMPLETED,
)


class CauseKind(Enum):
    """The kind of event that brought a run into its state; `STAGES` are those of its process."""

    PULL = "pull"
    LOAD = "load"
    PARAMETERS = "parameters"
    CALL = "call"
    EXIT = "exit"
    MEMORY = "memory"
    NOT_STARTED = "not-started"
    WORKER_LOST = "worker-lost"
    WORKER_STOPPED = "worker-stopped"
    REQUEST = "request"


STAGES = (CauseKind.PULL, CauseKind.LOAD, CauseKind.PARAMETERS, CauseKind.CALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """How a run came into its state, beyond its message.

    *who* is the worker that ended, or `user@host` of a request, and *at* its time. *step* is the number of a
    pull step, from 1, and *step_name* its function. *exit_code* is negative for a signal. *memory_kills* is
    the number of processes that the kernel killed on the machine during the run for lack of memory; None if
    it is not known.
    """

    kind: CauseKind
    who: str = ""
    at: datetime | None = None
    step: int | None = None
    step_name: str = ""
    exit_code: int | None = None
    memory_kills: int | None = None


def short_id(id: str) -> str:
    """Return the displayed prefix of a run's *id*, which commands accept.

    Servers give scheduled runs UUIDs of version 7, which start with a timestamp: those of one minute differ
    only after it.
    """
    return id[: _TO_RANDOM if id[_VERSION : _VERSION + 1] == "7" else _SHORT]


_SHORT, _VERSION, _TO_RANDOM = 8, 14, 23


@dataclass(frozen=True, slots=True)
class State:
    """The state of a run; *name* defaults to that of the type, such as Completed."""

    type: StateType
    name: str = ""
    message: str = ""
    cause: Cause | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.type.value.capitalize())


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A flow run. Times are aware.

    *deployment* is `flow/name`; *deployment_id* is None after the deployment was deleted. *worker* is the
    last one that claimed the run, and *held_until* the end of its lease, if the backend reports them.
    """

    id: str
    name: str
    flow: str
    deployment_id: str | None
    deployment: str | None
    state: State
    parameters: Mapping[str, Json] = field(default_factory=dict)
    job_variables: Mapping[str, Json] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    work_pool: str | None = None
    work_queue: str | None = None
    is_scheduled: bool = False
    scheduled: datetime | None = None
    created: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    worker: str | None = None
    held_until: datetime | None = field(default=None, compare=False)

    @property
    def is_of_script(self) -> bool:
        """Whether a script called the flow, and no deployment."""
        return self.deployment is None and self.deployment_id is None

    @property
    def took(self) -> timedelta | None:
        """The duration of the run; None if it has not started or not ended."""
        return None if self.started is None or self.ended is None else self.ended - self.started


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """A run to create for a deployment; *parameters* override the deployment's."""

    deployment_id: str
    parameters: Mapping[str, Json] = field(default_factory=dict)
    job_variables: Mapping[str, Json] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    name: str | None = None
    scheduled: datetime | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log of a run, with a *level* of `logging` (20 is INFO).

    *task* is the id of the task run that wrote it, if any.
    """

    timestamp: datetime
    level: int
    message: str
    logger: str = "flow_run"
    task: str | None = None
