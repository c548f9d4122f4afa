"""Task runs and subflow runs of a flow run."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from syntask_yaml.model.run import State

TASK, FLOW = "task", "flow"


class ChildRun(NamedTuple):
    """A task run or a subflow run of a flow run. Times are aware.

    *kind* is `task` or `flow`, and *of* the name of that task or flow. *parent* is the id of the enclosing
    subflow run; None for the flow run itself. *changed* is the time of the current state, and *started* that
    of the first start. *upstream* are the ids of the task runs whose results it uses.
    """

    id: str
    kind: str
    name: str
    of: str
    state: State
    changed: datetime
    parent: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    attempts: int = 1
    upstream: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The displayed name. For a subflow run, whose own name is two random words, it has the flow."""
        return f"{self.of} ({self.name})" if self.kind == FLOW else self.name
