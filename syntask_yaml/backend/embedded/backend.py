"""The embedded backend, composed of its parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from syntask_yaml.backend.activity import activity_by, queue_of
from syntask_yaml.backend.base import Features
from syntask_yaml.backend.clock import Clock, utc_now
from syntask_yaml.backend.embedded.automations import EmbeddedAutomations
from syntask_yaml.backend.embedded.concurrency_limits import EmbeddedConcurrencyLimits
from syntask_yaml.backend.embedded.deployments import Deployments
from syntask_yaml.backend.embedded.history import EmbeddedHistory, EmbeddedLedgers
from syntask_yaml.backend.embedded.leases import EmbeddedLeases
from syntask_yaml.backend.embedded.queue import Queue
from syntask_yaml.backend.embedded.runs import EmbeddedRuns
from syntask_yaml.backend.embedded.script_runs import EmbeddedScriptRuns
from syntask_yaml.backend.embedded.secret_box import SecretBox
from syntask_yaml.backend.embedded.store import Store
from syntask_yaml.backend.embedded.values import EmbeddedValues
from syntask_yaml.backend.embedded.work_queues import EmbeddedWorkQueues
from syntask_yaml.backend.embedded.workers import EmbeddedWorkers
from syntask_yaml.files import home_path
from syntask_yaml.model.activity import Activity
from syntask_yaml.model.automation import ACTIONS
from syntask_yaml.model.pool import WorkQueue
from syntask_yaml.model.pool_type import SERVED_TYPES

_PATIENCE = 30.0


class EmbeddedBackend(
    Deployments,
    EmbeddedAutomations,
    EmbeddedConcurrencyLimits,
    EmbeddedValues,
    EmbeddedWorkQueues,
    EmbeddedWorkers,
    EmbeddedRuns,
    Queue,
    EmbeddedScriptRuns,
    EmbeddedLeases,
    EmbeddedHistory,
    EmbeddedLedgers,
):
    """A `Backend` and `RunQueue` on a file that many processes can use at the same time.

    Threads can share an instance. A forked child must not use it, but open its own.
    """

    features = Features(
        has_default_pool=True,
        has_own_worker=True,
        runs_own_steps=True,
        served_types=frozenset(SERVED_TYPES),
        is_atomic=True,
        has_owners=True,
        actions=frozenset(ACTIONS),
    )

    def __init__(self, store: Store, secret_box: SecretBox, clock: Clock) -> None:
        super().__init__(store, secret_box, clock)
        self.url = f"embedded:{store.path}"

    def queue_activity(
        self, queues: Collection[WorkQueue], now: datetime
    ) -> Mapping[tuple[str, str], Activity]:
        return activity_by(queue_of, self, now) if queues else {}

    @classmethod
    def open(
        cls, path: Path, *, clock: Clock = utc_now, patience: float = _PATIENCE, creates: bool = True
    ) -> EmbeddedBackend:
        """Open the backend on the store at *path*, which is created if it does not exist.

        *patience* is the maximal wait for other writers, in seconds. Without *creates*, a store that does not
        exist is opened as an empty one in memory.
        """
        path = home_path(path).absolute()
        return cls(
            Store.open(path, patience=patience, creates=creates), SecretBox(path.with_suffix(".key")), clock
        )
