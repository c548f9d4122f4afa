"""Runs of the next minutes, made again after a change of a deployment.

A server deletes the coming runs of all schedules of a deployment when one of them or the deployment is
changed, and its scheduler makes them again up to a minute later, beginning then: what was due in between
is never run (Prefect 3.8.8 and 3.9.1). Asked for it, it makes them at once.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.occurrences import first_time
from syntask_yaml.model.schedule import Schedule
from syntask_yaml.model.value import known

# Longer than a server's scheduler takes from one look to the next.
_REACH = timedelta(seconds=120)


def make_coming_runs(api: Api, deployment_id: str, deployment: Deployment) -> None:
    """Have the runs made that *deployment* has in the next two minutes; nothing is sent where it has none.

    Who may deploy and not make runs leaves it to the scheduler.
    """
    now, schedules = api.server_time(), known(deployment.schedules)
    if deployment.paused or not schedules:
        return
    if any(_fires_before(schedule, now, now + _REACH) for schedule in schedules):
        body = {"end_time": (now + _REACH).isoformat(), "min_runs": 1}
        with suppress(BackendRefused):
            api.post(f"/deployments/{part(deployment_id)}/schedule", body)


def _fires_before(schedule: Schedule, now: datetime, end: datetime) -> bool:
    if schedule.active is False:
        return False
    try:
        time = first_time(schedule.timing, now)
    except ValueError:  # it takes too long to tell
        return True
    return time is not None and time <= end
