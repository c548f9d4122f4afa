"""The events of a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from syntask_yaml.model.run import Run, State


@dataclass(frozen=True, slots=True)
class RunChanged:
    """A run entered another state."""

    run: Run
    state: State


@dataclass(frozen=True, slots=True)
class Stopping:
    """The worker was stopped while *runs* continue."""

    runs: int


@dataclass(frozen=True, slots=True)
class StoreLost:
    """The store cannot be written, for *reason*; runs continue, and the worker retries."""

    reason: str


@dataclass(frozen=True, slots=True)
class StoreRegained:
    """The store can be written again, and has everything that was kept for it."""


WorkerEvent: TypeAlias = RunChanged | Stopping | StoreLost | StoreRegained
Notify: TypeAlias = Callable[[WorkerEvent], None]
