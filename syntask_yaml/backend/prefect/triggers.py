"""The automations that run a deployment, and its SLAs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.bodies import automation_body, deployment_of_automation, triggers_of
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import AnswerLost, Refused
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.timing import parse_interval

_TRIES = 8
_DURATIONS = ("within", "stale_after")


def write_triggers(api: Api, deployment_id: str, after: Deployment) -> None:
    """Replace the triggers of a deployment by those of *after*.

    They are created one at a time. If a response is lost, they are counted to find out how many exist. Raises
    BackendRefused.
    """
    owner = api.dialect.owner(deployment_id)
    bodies = [
        automation_body(trigger, position, deployment=after.name, deployment_id=deployment_id, owner=owner)
        for position, trigger in enumerate(after.triggers, start=1)
    ]
    delete_triggers(api, deployment_id)
    made, lost = 0, 0
    while made < len(bodies):
        try:
            api.post("/automations/", bodies[made], repeats=False)
            made += 1
        except Refused as error:
            if "tags" in error.unknown:
                raise BackendRefused(
                    f"The server is too old to support the `name` of a trigger: `{bodies[made]['name']}`.",
                    hint="Remove `name`, or upgrade the server.",
                ) from error
            raise
        except AnswerLost:
            lost += 1
            if lost == _TRIES:
                raise
            made = _count(api, deployment_id, after.name, [body["name"] for body in bodies])


def _count(api: Api, deployment_id: str, name: str, names: Sequence[str]) -> int:
    """Return how many of the triggers *names* the deployment called *name* has."""
    found = api.every("automations", {"automations": {"name": {"any_": sorted(set(names))}}})
    own = [each for each in found if api.parsed(partial(deployment_of_automation, each)) == deployment_id]
    return len(api.parsed(lambda: triggers_of(own, name)))


def delete_triggers(api: Api, deployment_id: str) -> None:
    """Delete the automations owned by a deployment."""
    api.delete(f"/automations/owned-by/{part(api.dialect.owner(deployment_id))}")


def write_sla(api: Api, deployment_id: str, sla: Sequence[Mapping[str, Any]]) -> None:
    """Set the SLAs of a deployment, on a server that supports them."""
    owner = api.dialect.owner(deployment_id)
    bodies = [{**_in_seconds(each), "owner_resource": owner} for each in sla]
    api.post(f"/slas/apply-resource-slas/{part(owner)}", bodies)


def _in_seconds(sla: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: parse_interval(value) if key in _DURATIONS else value
        for key, value in sla.items()
        if value is not None
    }
