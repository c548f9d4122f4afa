"""The options of a worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """What a worker serves and how. Times are in seconds.

    *limit* is the number of concurrent runs. A claim that is not renewed for *lease* can be ended by another
    worker. *grace* is how long a cancelled run has to exit by itself. Runs that ended longer ago than *keep*
    are removed; None keeps them forever. *log_limit* bytes of a run's log are kept; None keeps all.
    """

    pool: str
    name: str
    queues: tuple[str, ...] = ()
    limit: int = 10
    lease: float = 30.0
    grace: float = 30.0
    keep: timedelta | None = None
    log_limit: int | None = None
    run_once: bool = False
