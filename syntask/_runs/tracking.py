"""What follows a run: the worker that executes it, or the store that a script writes to.

The engine tells each change of a task run or a subflow run; who follows keeps them, in a way of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol


class RunInfo(NamedTuple):
    """The flow run that this process executes, as its worker or its store knows it.

    *deployment* is the deployment's own name, *scheduled* when the run was due, in ISO 8601; both are None
    for a script. *run_count* counts the times that it was started, from 1.
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
    """A task run or subflow run came into another state.

    *kind* is `task` or `flow`, and *of* the name of that task or flow. *parent* is the subflow run that it
    is part of; None: the flow run itself. *state* is a type such as RUNNING, *at* seconds since 1970.
    *upstream* are the ids of the task runs whose results it takes.
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
    """Keeps what becomes of a run. Its methods may be called from any thread, and do not raise."""

    run: RunInfo

    def follow(self, change: ChildChange) -> None:
        """Keep a change of a child of the run."""
        ...

    def rename(self, name: str) -> None:
        """Keep that the run is called *name* from now on."""
        ...

    def end(self, state: str, state_name: str, message: str) -> None:
        """Keep how the run ended. Of a run that a worker executes, the worker tells it."""
        ...
