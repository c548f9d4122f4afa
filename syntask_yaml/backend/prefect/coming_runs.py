"""Create the runs of the next minutes again after an update of a deployment.

When a deployment or one of its schedules is updated, a server deletes the future runs of all its schedules.
Its scheduler creates them again up to a minute later, but only from then on: those due in between are lost
(Prefect 3.8.8 and 3.9.1). On request, the server creates them immediately.

Overwritten schedules have new ids. For those, the server also duplicates runs that a worker has already
claimed. The duplicates are cancelled and not deleted, because deleted runs are created again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.occurrences import first_time
from syntask_yaml.model.schedule import Schedule
from syntask_yaml.model.value import known

# Longer than the interval of a server's scheduler.
_REACH = timedelta(seconds=120)
_TAKEN = ("PENDING", "RUNNING")


def make_coming_runs(api: Api, deployment_id: str, deployment: Deployment, *, former_id: str = "") -> None:
    """Create the runs of *deployment* due in the next two minutes; send no request if there are none.

    *former_id* is the deployment that it replaces, possibly itself, if its schedules are new: runs which a
    worker claimed of that one are not repeated. Without permission to create runs, the scheduler does it.
    """
    now, schedules = api.server_time(), known(deployment.schedules)
    if deployment.paused or not schedules:
        return
    if any(_fires_before(schedule, now, now + _REACH) for schedule in schedules):
        body = {"end_time": (now + _REACH).isoformat(), "min_runs": 1}
        with suppress(BackendRefused):
            api.post(f"/deployments/{part(deployment_id)}/schedule", body)
            if former_id:
                _cancel_duplicates(api, deployment_id, former_id, now)


def _cancel_duplicates(api: Api, deployment_id: str, former_id: str, now: datetime) -> None:
    # Includes the runs that became due during the update.
    around = {"after_": (now - _REACH).isoformat(), "before_": (now + _REACH).isoformat()}
    chosen = {"deployment_id": {"any_": sorted({deployment_id, former_id})}, "expected_start_time": around}
    runs = [run for run in api.every("flow_runs", {"flow_runs": chosen}) if run.get("auto_scheduled")]
    taken = [_schedule_key(run) for run in runs if run["state_type"] in _TAKEN]
    for run in runs:
        is_new = run["state_type"] == "SCHEDULED" and run["deployment_id"] == deployment_id
        if is_new and _schedule_key(run) in taken:
            taken.remove(_schedule_key(run))
            state = {"type": "CANCELLED", "message": "A worker took the run of this time before the deploy."}
            api.post(f"/flow_runs/{part(run['id'])}/set_state", {"state": state, "force": False})


def _schedule_key(run: Mapping[str, Any]) -> tuple[object, object]:
    """Return the time and the parameters of a run, which identify its schedule."""
    return run.get("expected_start_time"), run.get("parameters")


def _fires_before(schedule: Schedule, now: datetime, end: datetime) -> bool:
    if schedule.active is False:
        return False
    try:
        time = first_time(schedule.timing, now)
    except ValueError:  # the search takes too long
        return True
    return time is not None and time <= end
