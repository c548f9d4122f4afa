"""When something ran last and runs next: a work pool, a queue or a flow, by what its deployments do."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from syntask_yaml.backend.base import Backend
from syntask_yaml.dataclass import dataclass
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.run import Run
from syntask_yaml.model.value import known
from syntask_yaml.operations.documents import run_document
from syntask_yaml.operations.status.coming import next_time

_Key = TypeVar("_Key", bound=Hashable)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Activity:
    """The *last* run of something that was due, and the *next* time of its schedules."""

    last: Run | None = None
    next: datetime | None = None

    def including(self, last: Run | None, next: datetime | None) -> Activity:
        """Return the same with what another deployment has of both."""
        runs = [run for run in (self.last, last) if run is not None]
        times = [time for time in (self.next, next) if time is not None]
        return Activity(max(runs, key=_due, default=None), min(times, default=None))

    @property
    def document(self) -> dict[str, Any]:
        """As JSON: `last_run` and `next_run`."""
        return {"last_run": self.last and run_document(self.last), "next_run": self.next}


def activity_by(
    key: Callable[[Deployment], _Key], backend: Backend, now: datetime
) -> Mapping[_Key, Activity]:
    """Return the activity of the deployments of *backend*, together for those with the same *key*."""
    stored = backend.deployments()
    last, found = backend.last_runs(stored), dict[_Key, Activity]()
    for each in stored:
        of = key(each.deployment)
        coming = next_time(each.deployment, now)
        found[of] = found.get(of, Activity()).including(last.get(each.id), coming)
    return found


def pool_of(deployment: Deployment) -> str | None:
    """The name of its work pool; None if it has none."""
    return known(deployment.work_pool)


def queue_of(deployment: Deployment) -> tuple[str | None, str]:
    """The names of its work pool and queue."""
    return known(deployment.work_pool), known(deployment.work_queue) or DEFAULT_QUEUE


def flow_of(deployment: Deployment) -> str:
    return deployment.flow


def _due(run: Run) -> datetime:
    return run.scheduled or run.started or run.created or _NEVER
