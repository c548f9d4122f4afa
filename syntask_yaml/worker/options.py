"""Options of a worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """The options of a worker. Times are in seconds.

    *limit* is the number of concurrent runs. A claim that is not renewed for *lease* can be ended by another
    worker. *grace* is the time between the cancellation and the kill of a run. Runs that ended longer ago
    than *keep* are removed; None keeps them forever. *log_limit* bytes of a run's log are kept; None keeps
    all. *delivery_attempts* are made of an automation's action; the second follows after about
    *delivery_pause*, and the pause doubles each time.
    """

    name: str
    queues: tuple[str, ...] = ()
    limit: int = 10
    lease: float = 30.0
    grace: float = 30.0
    keep: timedelta | None = None
    log_limit: int | None = None
    delivery_attempts: int = 10
    delivery_pause: float = 10.0
    run_once: bool = False
