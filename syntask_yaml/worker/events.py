"""What a worker tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from syntask_yaml.model.run import Run, State


@dataclass(frozen=True, slots=True)
class RunChanged:
    """A run went into another state."""

    run: Run
    state: State


@dataclass(frozen=True, slots=True)
class Stopping:
    """The worker was told to stop, and *runs* still go on."""

    runs: int


@dataclass(frozen=True, slots=True)
class StoreLost:
    """The store cannot be written, for *reason*; runs go on, and the worker tries again."""

    reason: str


@dataclass(frozen=True, slots=True)
class StoreRegained:
    """The store has taken what waited for it."""


WorkerEvent: TypeAlias = RunChanged | Stopping | StoreLost | StoreRegained
Notify: TypeAlias = Callable[[WorkerEvent], None]
