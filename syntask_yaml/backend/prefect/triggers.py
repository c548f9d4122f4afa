"""What belongs to a deployment without being in it: automations that run it, and what it promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syntask_yaml.backend.prefect.bodies import automation_body
from syntask_yaml.backend.prefect.faults import AnswerLost
from syntask_yaml.backend.prefect.transport import Api, part
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.timing import parse_interval

_TRIES = 4
_DURATIONS = ("within", "stale_after")


def write_triggers(api: Api, deployment_id: str, after: Deployment) -> None:
    """Make the triggers of a deployment those of *after*, in the place of those it owns.

    Where an answer is lost, all are made anew, so that none is there twice.
    """
    owner = api.dialect.owner(deployment_id)
    bodies = [
        automation_body(trigger, position, deployment=after.name, deployment_id=deployment_id, owner=owner)
        for position, trigger in enumerate(after.triggers, start=1)
    ]
    for left in reversed(range(_TRIES)):
        try:
            delete_triggers(api, deployment_id)
            for body in bodies:
                api.post("/automations/", body, repeats=False)
            return
        except AnswerLost:
            if not left:
                raise


def delete_triggers(api: Api, deployment_id: str) -> None:
    """Delete the automations that a deployment owns."""
    api.delete(f"/automations/owned-by/{part(api.dialect.owner(deployment_id))}")


def write_sla(api: Api, deployment_id: str, sla: Sequence[Mapping[str, Any]]) -> None:
    """Make what a deployment promises *sla*, on a server that watches over it."""
    owner = api.dialect.owner(deployment_id)
    bodies = [{**_in_seconds(each), "owner_resource": owner} for each in sla]
    api.post(f"/slas/apply-resource-slas/{part(owner)}", bodies)


def _in_seconds(sla: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: parse_interval(value) if key in _DURATIONS else value
        for key, value in sla.items()
        if value is not None
    }
