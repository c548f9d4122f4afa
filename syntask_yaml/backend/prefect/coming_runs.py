"""Recreate the runs of the next minutes after a change of a deployment.

A server deletes the coming runs of all schedules of a deployment when one of them or the deployment is
changed, and its scheduler makes them again up to a minute later, beginning then: what was due in between
is never run (Prefect 3.8.8 and 3.9.1). Asked for it, it makes them at once.

Schedules that are made anew have other ids. For those, it also makes a second run of a time whose first one a
worker took ahead. A run that is cancelled, rather than deleted, is not made again.
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

# Longer than a server's scheduler takes from one look to the next.
_REACH = timedelta(seconds=120)
_TAKEN = ("PENDING", "RUNNING")


def make_coming_runs(api: Api, deployment_id: str, deployment: Deployment, *, former_id: str = "") -> None:
    """Have the runs made that *deployment* has in the next two minutes; nothing is sent where it has none.

    Its schedules are new where it is made of the deployment *former_id*, which may be itself: what a worker
    took of that one is not run twice. Who may deploy and not make runs leaves it to the scheduler.
    """
    now, schedules = api.server_time(), known(deployment.schedules)
    if deployment.paused or not schedules:
        return
    if any(_fires_before(schedule, now, now + _REACH) for schedule in schedules):
        body = {"end_time": (now + _REACH).isoformat(), "min_runs": 1}
        with suppress(BackendRefused):
            api.post(f"/deployments/{part(deployment_id)}/schedule", body)
            if former_id:
                _cancel_doubles(api, deployment_id, former_id, now)


def _cancel_doubles(api: Api, deployment_id: str, former_id: str, now: datetime) -> None:
    # Those that became due while the deployment was written are among them.
    around = {"after_": (now - _REACH).isoformat(), "before_": (now + _REACH).isoformat()}
    chosen = {"deployment_id": {"any_": sorted({deployment_id, former_id})}, "expected_start_time": around}
    runs = [run for run in api.every("flow_runs", {"flow_runs": chosen}) if run.get("auto_scheduled")]
    taken = [_what(run) for run in runs if run["state_type"] in _TAKEN]
    for run in runs:
        is_new = run["state_type"] == "SCHEDULED" and run["deployment_id"] == deployment_id
        if is_new and _what(run) in taken:
            taken.remove(_what(run))
            state = {"type": "CANCELLED", "message": "A worker took the run of this time before the deploy."}
            api.post(f"/flow_runs/{part(run['id'])}/set_state", {"state": state, "force": False})


def _what(run: Mapping[str, Any]) -> tuple[object, object]:
    """Return what tells the runs of different schedules: the time, and the parameters."""
    return run.get("expected_start_time"), run.get("parameters")


def _fires_before(schedule: Schedule, now: datetime, end: datetime) -> bool:
    if schedule.active is False:
        return False
    try:
        time = first_time(schedule.timing, now)
    except ValueError:  # it takes too long to tell
        return True
    return time is not None and time <= end
