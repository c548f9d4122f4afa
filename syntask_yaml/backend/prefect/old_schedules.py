"""The schedules of a deployment on an old server: pause them, and restore them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.old_api import OldApi
from syntask_yaml.errors import NotFound


@dataclass(frozen=True, slots=True)
class Scheduling:
    """The state of the schedules of a deployment: *active*, by schedule id.

    Servers before 2.17 have one schedule without an id, which is active unless the deployment is *paused*.
    """

    paused: bool
    active: Mapping[str, bool]
    has_list: bool = True

    @property
    def is_on(self) -> bool:
        """Return whether the server creates runs."""
        return not self.paused and any(self.active.values())


def scheduling_of(fields: Mapping[str, Any]) -> Scheduling:
    """Return the state of the schedules in a deployment of the API."""
    if fields.get("schedules") is None:
        is_on = fields.get("is_schedule_active") is not False and not fields.get("paused")
        return Scheduling(not is_on, {"": True} if fields.get("schedule") else {}, has_list=False)
    active = {str(each.get("id")): each.get("active") is not False for each in fields["schedules"]}
    return Scheduling(bool(fields.get("paused")), active)


def read_scheduling(api: OldApi, deployment_id: str) -> Scheduling:
    """Return the current state of the schedules of a deployment. Raises NotFound if it was deleted."""
    return scheduling_of(_read(api, deployment_id))


def stop(api: OldApi, deployment_id: str) -> None:
    """Pause the deployment and each of its schedules. The server deletes their future runs.

    Each request is sent regardless of the state, so that the server deletes runs created in the meantime.
    """
    now = _read(api, deployment_id)
    if not scheduling_of(now).has_list:
        api.post(f"{_place(deployment_id)}/set_schedule_inactive")
        return
    for schedule in now["schedules"]:
        _put(api, deployment_id, schedule, active=False)
    api.patch(_place(deployment_id), {"paused": True})


def restore(api: OldApi, deployment_id: str, former: Scheduling) -> None:
    """Activate the schedules that were active before."""
    now = _read(api, deployment_id)
    if not scheduling_of(now).has_list:
        if former.is_on:
            api.post(f"{_place(deployment_id)}/set_schedule_active")
        return
    for schedule in now["schedules"]:
        if former.active.get(str(schedule.get("id"))) and schedule.get("active") is False:
            _put(api, deployment_id, schedule, active=True)
    if not former.paused:
        api.patch(_place(deployment_id), {"paused": False})


def _read(api: OldApi, deployment_id: str) -> Mapping[str, Any]:
    fields: Mapping[str, Any] | None = api.get(_place(deployment_id), "deployments")
    if fields is None:
        raise NotFound(
            f"The deployment {deployment_id} does not exist on {api.url} any more.",
            hint="Run `syntask upgrade status` to see what schedules where.",
        )
    return fields


def _put(api: OldApi, deployment_id: str, schedule: Mapping[str, Any], *, active: bool) -> None:
    """Activate or pause a schedule. Servers delete parameters that are not sent (3.8.8 and 3.9.1)."""
    body: dict[str, Any] = {"active": active}
    if schedule.get("parameters"):
        body["parameters"] = schedule["parameters"]
    api.patch(f"{_place(deployment_id)}/schedules/{part(str(schedule.get('id')))}", body)


def _place(deployment_id: str) -> str:
    return f"/deployments/{part(deployment_id)}"
