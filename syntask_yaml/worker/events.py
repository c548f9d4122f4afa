"""What a worker tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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


Notify = Callable[[RunChanged | Stopping], None]
