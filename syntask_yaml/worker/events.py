"""Events of a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from syntask_yaml.backend.schedules import PassedTimes
from syntask_yaml.model.delivery import Attempt, Delivery
from syntask_yaml.model.run import Run, State


@dataclass(frozen=True, slots=True)
class RunChanged:
    """A run entered another state."""

    run: Run
    state: State


@dataclass(frozen=True, slots=True)
class RunAdopted:
    """The worker took over a run of another worker."""

    run: Run


@dataclass(frozen=True, slots=True)
class Stopping:
    """The worker was stopped while *runs* continue."""

    runs: int


@dataclass(frozen=True, slots=True)
class StoreLost:
    """The store is not writable, for *reason*; runs continue, and the worker retries."""

    reason: str


@dataclass(frozen=True, slots=True)
class StoreRegained:
    """The store is writable again, and has all reports."""


@dataclass(frozen=True, slots=True)
class TimesPassed:
    """Times of schedules *passed* while no worker was running, and get no runs."""

    passed: tuple[PassedTimes, ...]


@dataclass(frozen=True, slots=True)
class PoolsChanged:
    """The worker serves other pools than before: *added* and *dropped* are names."""

    added: tuple[str, ...]
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PoolWaits:
    """The runs of a pool wait, for *reason*; *hint* says what to do."""

    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class ProjectChanged:
    """*files* of the project changed, or all of them *are_gone*, and it is deployed again."""

    files: tuple[Path, ...]
    are_gone: bool = False


@dataclass(frozen=True, slots=True)
class DeployFailed:
    """The project could not be deployed; the previous deploy stays, and a retry follows after *seconds*.

    *reason* is set if the deploy could not begin; otherwise it reported its own errors.
    """

    seconds: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryEnded:
    """An *attempt* of an automation's action at the end of *run* has ended."""

    delivery: Delivery
    run: Run
    attempt: Attempt


WorkerEvent: TypeAlias = (
    RunChanged
    | RunAdopted
    | Stopping
    | StoreLost
    | StoreRegained
    | TimesPassed
    | PoolsChanged
    | PoolWaits
    | ProjectChanged
    | DeployFailed
    | DeliveryEnded
)
Notify: TypeAlias = Callable[[WorkerEvent], None]
