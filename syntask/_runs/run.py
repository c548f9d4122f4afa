"""What is known of a run: its name, its state, how often it was tried."""

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

# Not the one that user code may seed; a process that was forked begins anew.
_random = Random()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)


class Run:
    """A run of a flow or task. *run_count* counts its attempts."""

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
    """A run of the flow *flow_name*; a subflow's has a *parent*."""

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
        """What children say that they are part of: this run, unless it is the one that is followed."""
        return None if self.parent is None else str(self.id)

    def next_call(self, name: str) -> int:
        """Return how many children of that *name* began before."""
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
        """When the run was due; for one that nobody scheduled, when it began."""
        if self.info is not None and self.info.scheduled:
            return datetime.fromisoformat(self.info.scheduled)
        return self.start_time


class TaskRun(Run):
    """A run of the task *task_name* in the flow run *flow_run_id*, if in one."""

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
    """An id of its own. One of `uuid4` takes a call of the system for each."""
    from uuid import UUID

    return UUID(int=_random.getrandbits(128), version=4)


def as_id(text: str) -> UUID:
    """Return the id that *text* is. Raises ValueError for what is none."""
    from uuid import UUID

    return UUID(text)


def random_name(id: UUID) -> str:
    """Two words for the flow run *id*."""
    return two_words(id.int >> 96)
