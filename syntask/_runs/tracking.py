"""Trackers of runs: the worker that executes a run, or the store of a script.

The engine reports each state change of a task run or subflow run, and the tracker stores it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol


class RunInfo(NamedTuple):
    """The data of the root run from its worker or store.

    *deployment* is the name of the deployment without the flow, and *scheduled* the due time in ISO 8601;
    both are None for a script. *run_count* is the number of starts.
    """

    id: str
    name: str
    flow: str
    parameters: Mapping[str, Any] = {}
    tags: tuple[str, ...] = ()
    deployment: str | None = None
    deployment_id: str | None = None
    scheduled: str | None = None
    work_pool: str | None = None
    work_queue: str | None = None
    run_count: int = 1


class ChildChange(NamedTuple):
    """A state change of a task run or subflow run.

    *kind* is `task` or `flow`, and *of* the name of the task or flow. *parent* is the id of the containing
    subflow run, None for the root run. *state* is a type such as RUNNING, and *at* is in seconds since 1970.
    *upstream* are the ids of the task runs whose results it uses.
    """

    id: str
    kind: str
    name: str
    of: str
    state: str
    state_name: str
    at: float
    message: str = ""
    attempt: int = 1
    parent: str | None = None
    upstream: tuple[str, ...] = ()


class Tracker(Protocol):
    """Stores the progress of a run. The methods are thread-safe and do not raise."""

    run: RunInfo

    def follow(self, change: ChildChange) -> None:
        """Store a state change of a child run."""
        ...

    def rename(self, name: str) -> None:
        """Store a new name of the run."""
        ...

    def end(self, state: str, state_name: str, message: str) -> None:
        """Store the end of the run. A worker reports the end of its runs itself."""
        ...
