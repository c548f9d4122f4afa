"""Flow runs of an old server: upcoming, scheduled and most recent ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from syntask_yaml.backend.prefect.bodies import Raw, moment
from syntask_yaml.backend.prefect.old_api import OldApi
from syntask_yaml.model.run import StateType

_WAITING, _CANCELLED = StateType.SCHEDULED.value, StateType.CANCELLED.value


@dataclass(frozen=True, slots=True)
class OldRun:
    """A flow run with its *due* time and the type of its *state*, such as `COMPLETED`."""

    id: str
    deployment_id: str
    due: datetime
    state: str
    is_scheduled: bool

    @property
    def is_waiting(self) -> bool:
        """Return whether no worker has claimed the run yet."""
        return self.state == _WAITING


def coming_runs(api: OldApi, deployment_ids: Collection[str] = ()) -> list[OldRun]:
    """Return the scheduled runs that no worker has claimed yet, including late ones, earliest first.

    Without *deployments*, return those of all deployments.
    """
    body = {**_of(deployment_ids), "flow_runs": {"state": {"type": {"any_": [_WAITING]}}}}
    return [run for run in _sorted(_read(api, body)) if run.is_scheduled]


def scheduled_since(api: OldApi, deployment_id: str, since: datetime) -> list[OldRun]:
    """Return the scheduled runs due at or after *since*, except cancelled ones, earliest first."""
    chosen = {"expected_start_time": {"after_": since.isoformat()}}
    runs = _sorted(_read(api, {**_of([deployment_id]), "flow_runs": chosen}))
    return [run for run in runs if run.is_scheduled and run.state != _CANCELLED]


def last_runs(api: OldApi, deployment_ids: Iterable[str]) -> dict[str, OldRun]:
    """Return the most recent started run of each deployment, by deployment id."""
    begun = {"state": {"type": {"any_": sorted(each.value for each in StateType if each.value != _WAITING)}}}
    order = {"sort": "EXPECTED_START_TIME_DESC", "limit": 1}

    def last(deployment_id: str) -> list[OldRun]:
        body = {**_of([deployment_id]), "flow_runs": begun, **order}
        return _runs(api, api.listed("/flow_runs/filter", "flow_runs", body))

    found = api.together([partial(last, each) for each in deployment_ids])
    return {run.deployment_id: run for runs in found for run in runs}


def _of(deployment_ids: Collection[str]) -> dict[str, Any]:
    return {"deployments": {"id": {"any_": list(deployment_ids)}}} if deployment_ids else {}


def _read(api: OldApi, body: dict[str, Any]) -> list[OldRun]:
    return _runs(api, api.every("flow_runs", body))


def _runs(api: OldApi, raws: Iterable[Raw]) -> list[OldRun]:
    return api.parsed(lambda: [run for run in map(_run, raws) if run is not None])


def _run(raw: Raw) -> OldRun | None:
    due = moment(raw.get("expected_start_time"))
    if due is None or not raw.get("deployment_id"):
        return None
    state = str(raw.get("state_type") or _WAITING)
    return OldRun(raw["id"], raw["deployment_id"], due, state, bool(raw.get("auto_scheduled")))


def _sorted(runs: Iterable[OldRun]) -> list[OldRun]:
    return sorted(runs, key=lambda run: run.due)
