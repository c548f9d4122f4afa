"""Workers, as a backend lists them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class ServingWorker(NamedTuple):
    """A worker that serves, or served, the work pool *pool*.

    *seen* is the time of its last heartbeat. A worker without a heartbeat for longer than its own interval is
    offline. *running* is its number of current runs, and *limit* the maximum; both are None, and *version*
    is empty, if the backend does not report them. It takes runs only of *queues*, or of all if empty.
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
