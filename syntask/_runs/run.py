"""The data of runs: name, state and attempts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

from syntask._runs.names import two_words
from syntask._runs.states import Pending, State

if TYPE_CHECKING:
    from uuid import UUID

    from syntask._runs.tracking import RunInfo

# A separate generator, because user code may seed the global one. Forked processes get a new seed.
_random = Random()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)


class Run:
    """A run of a flow or task. *run_count* is the number of attempts."""

    def __init__(self, id: UUID, name: str, tags: frozenset[str]) -> None:
        self.id = id
        self.name = name
        self.tags = sorted(tags)
        self.run_count = 0
        self.start_time: datetime | None = None
        self.end_time: datetime | None = None
        self.state: State[Any] = Pending()

    @property
    def state_type(self) -> str:
        return self.state.type

    @property
    def state_name(self) -> str:
        return self.state.name

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, id={str(self.id)!r}, state={self.state})"


class FlowRun(Run):
    """A run of the flow *flow_name*. A subflow run has a *parent*."""

    def __init__(
        self,
        id: UUID,
        name: str,
        tags: frozenset[str],
        *,
        flow_name: str,
        parameters: Mapping[str, Any],
        info: RunInfo | None = None,
        parent: FlowRun | None = None,
    ) -> None:
        super().__init__(id, name, tags)
        self.flow_name = flow_name
        self.parameters = parameters
        self.info = info
        self.parent = parent
        self._calls: dict[str, Iterator[int]] = {}

    @property
    def as_parent(self) -> str | None:
        """The parent that child runs report: this run, or None for the root run."""
        return None if self.parent is None else str(self.id)

    def next_call(self, name: str) -> int:
        """Return the number of previous children called *name*."""
        return next(self._calls.setdefault(name, count()))

    @property
    def deployment_id(self) -> UUID | None:
        return None if self.info is None or not self.info.deployment_id else as_id(self.info.deployment_id)

    @property
    def work_pool_name(self) -> str | None:
        return None if self.info is None else self.info.work_pool

    @property
    def work_queue_name(self) -> str | None:
        return None if self.info is None else self.info.work_queue

    @property
    def expected_start_time(self) -> datetime | None:
        """The due time of the run, or the start of a run that was not scheduled."""
        if self.info is not None and self.info.scheduled:
            return datetime.fromisoformat(self.info.scheduled)
        return self.start_time


class TaskRun(Run):
    """A run of the task *task_name*, in the flow run *flow_run_id* if any."""

    def __init__(
        self,
        id: UUID,
        name: str,
        tags: frozenset[str],
        *,
        task_name: str,
        task_key: str,
        flow_run_id: UUID | None,
    ) -> None:
        super().__init__(id, name, tags)
        self.task_name = task_name
        self.task_key = task_key
        self.flow_run_id = flow_run_id


def new_id() -> UUID:
    """Return a random UUID. Faster than `uuid4`, which makes a system call each time."""
    from uuid import UUID

    return UUID(int=_random.getrandbits(128), version=4)


def as_id(text: str) -> UUID:
    """Return the UUID in *text*. Raises ValueError if it is invalid."""
    from uuid import UUID

    return UUID(text)


def random_name(id: UUID) -> str:
    """Return two words for the flow run *id*."""
    return two_words(id.int >> 96)
