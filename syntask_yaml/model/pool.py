"""Work pools and their queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from syntask_yaml.model.value import Json

DEFAULT_QUEUE = "default"
# The description of the default queue of a new pool, as servers write it.
NO_DESCRIPTION = (None, "", "The work pool's default queue.")


class PoolStatus(StrEnum):
    """The status of a work pool or queue: served, not served, paused, or full."""

    READY = "READY"
    NOT_READY = "NOT_READY"
    PAUSED = "PAUSED"
    FULL = "FULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPool:
    """A work pool: its *type* selects the workers that serve it, and its template describes the jobs.

    *concurrency_limit* None means no limit. *status* is one of `PoolStatus`; no backend reports FULL, and the
    embedded one does not report whether the pool is served.
    """

    name: str
    type: str
    description: str | None = None
    base_job_template: Mapping[str, Json] = field(default_factory=dict)
    is_paused: bool = False
    concurrency_limit: int | None = None
    status: str | None = None
    id: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkQueue:
    """A queue of runs in the work pool *pool*. The queue with the lowest *priority* is served first.

    *priority* None, only of a new queue, means last. *concurrency_limit* None means no limit. *polled* is the
    time of the last poll by a worker, if the backend reports it. *status* is one of `PoolStatus`, if it was
    requested.
    """

    pool: str
    name: str
    description: str | None = None
    priority: int | None = None
    concurrency_limit: int | None = None
    is_paused: bool = False
    id: str | None = field(default=None, compare=False)
    polled: datetime | None = field(default=None, compare=False)
    status: str | None = field(default=None, compare=False)
