"""The last and next runs of queues, without reading all deployments.

They are those of the runs in each queue: the started ones, and the future ones of schedules, which the server
creates up to a hundred days in advance. For queues without future runs, one page of deployments is read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial

from syntask_yaml.backend.activity import queue_of
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.pages import ORDERS, PAGE
from syntask_yaml.backend.prefect.read import DeploymentReader
from syntask_yaml.backend.prefect.runs import BEGUN, LATEST_FIRST, NEXT_FIRST, PrefectRuns
from syntask_yaml.model.activity import Activity
from syntask_yaml.model.next_time import next_time
from syntask_yaml.model.pool import WorkQueue

# The filter for future runs: their state, and the tag of those created by schedules.
_COMING: Raw = {"state": {"name": {"any_": ["Scheduled"]}}, "tags": {"all_": ["auto-scheduled"]}}


class PrefectQueueActivity(DeploymentReader, PrefectRuns):
    """The operation `queue_activity`."""

    def queue_activity(
        self, queues: Collection[WorkQueue], now: datetime
    ) -> Mapping[tuple[str, str], Activity]:
        names = {each.id: (each.pool, each.name) for each in queues if each.id is not None}
        later = {**_COMING, "expected_start_time": {"after_": now.isoformat()}}
        ask = partial(self._first_of_each, list(names), "work_queue_id")
        last = ask(partial(self._runs_in, BEGUN, LATEST_FIRST))
        coming = ask(partial(self._runs_in, later, NEXT_FIRST))
        found = self._from_schedules([each for each in names if each not in coming], now)
        for queue, name in names.items():
            due = coming[queue].scheduled if queue in coming else None
            found[name] = found.get(name, Activity()).including(last.get(queue), due)
        return found

    def _runs_in(self, chosen: Raw, order: str, queues: Sequence[str]) -> list[Raw]:
        """Return the first runs in *queues* that match *chosen*, except those of deleted deployments."""
        return self._first(chosen, PAGE, sort=order, deployments={}, work_pool_queues=_one_of(queues))

    def _from_schedules(self, queues: Sequence[str], now: datetime) -> dict[tuple[str, str], Activity]:
        """Return the next times of the schedules in *queues*, from at most one page of deployments."""
        found: dict[tuple[str, str], Activity] = {}
        if queues:
            body = {"sort": ORDERS["deployments"], "limit": PAGE, "work_pool_queues": _one_of(queues)}
            for raw in self._known(self._api.listed("/deployments/filter", "deployments", body)):
                deployment = self._stored(raw).deployment
                name = queue_of(deployment)
                found[name] = found.get(name, Activity()).including(None, next_time(deployment, now))
        return found


def _one_of(queues: Sequence[str]) -> Raw:
    return {"id": {"any_": list(queues)}}
