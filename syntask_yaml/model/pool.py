"""Work pools and their queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from syntask_yaml.model.value import Json

DEFAULT_QUEUE = "default"
# What the default queue of a new pool has for a description; the text is a server's.
NO_DESCRIPTION = (None, "", "The work pool's default queue.")


class PoolStatus(StrEnum):
    """The status of a work pool or queue: served, not served, paused, or full."""

    READY = "READY"
    NOT_READY = "NOT_READY"
    PAUSED = "PAUSED"
    FULL = "FULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPool:
    """A work pool: its *type* says what kind of worker serves it, its template what jobs look like.

    *concurrency_limit* None means no limit. *status* is what the backend says of it: one
    of `PoolStatus`, of which a backend does not know FULL, and ours not who serves it.
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
    """A queue of runs in the work pool *pool*. Of several, that of the lowest *priority* is served first.

    *priority* None is for a new queue: it comes last. *concurrency_limit* None means no limit. *polled* is
    when a worker last looked for runs, where the backend tells. *status* is one of `PoolStatus`, where it
    was looked at.
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
