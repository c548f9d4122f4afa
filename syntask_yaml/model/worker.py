"""A worker, as the backend lists it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class ServingWorker(NamedTuple):
    """A worker that serves, or served, the work pool *pool*.

    *seen* is when it was last heard of, and it is online until it is not heard of for longer than it said.
    *running* is how many runs it executes, and *limit* how many it can, None where the backend does not
    tell, as *version* is empty. It takes runs of the work *queues* only, or of all where there are none.
    """

    name: str
    pool: str
    type: str = ""
    version: str = ""
    is_online: bool = True
    seen: datetime | None = None
    running: int | None = None
    limit: int | None = None
    queues: tuple[str, ...] = ()
