"""The last and next runs of work pools, queues and flows, derived from their deployments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

from syntask_yaml.model.activity import Activity
from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.next_time import next_time
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.run import Run
from syntask_yaml.model.value import known

_Key = TypeVar("_Key", bound=Hashable)


class _HasDeployments(Protocol):
    def deployments(self) -> list[Stored]: ...

    def last_runs(self, deployments: Collection[Stored]) -> dict[str, Run]: ...


def activity_by(
    key: Callable[[Deployment], _Key], backend: _HasDeployments, now: datetime
) -> Mapping[_Key, Activity]:
    """Return the activity of the deployments of *backend*, grouped by *key*."""
    stored = backend.deployments()
    last, found = backend.last_runs(stored), dict[_Key, Activity]()
    for each in stored:
        of = key(each.deployment)
        coming = next_time(each.deployment, now)
        found[of] = found.get(of, Activity()).including(last.get(each.id), coming)
    return found


def queue_of(deployment: Deployment) -> tuple[str, str]:
    """Return the names of the work pool and the queue of *deployment*."""
    return known(deployment.work_pool) or "", known(deployment.work_queue) or DEFAULT_QUEUE


def flow_of(deployment: Deployment) -> str:
    """Return the name of the flow of *deployment*."""
    return deployment.flow
