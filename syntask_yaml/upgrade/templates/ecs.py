"""The task definition and the patches of an `ecs-task` block in the template of an `ecs` pool."""

from __future__ import annotations

import copy
import shlex
from collections.abc import Mapping
from typing import Any

from syntask_yaml.upgrade.templates.lift import Lifted, Remark, lift, patched, settled

_CONTAINER = "prefect"
# Fields of the block that override its task definition and the request for a task.
_OF_DEFINITION = {
    "cpu": "cpu",
    "memory": "memory",
    "family": "family",
    "execution_role_arn": "executionRoleArn",
}
_OF_REQUEST = {"cluster": "cluster", "launch_type": "launchType"}
_OF_OVERRIDES = {"cpu": "cpu", "memory": "memory", "task_role_arn": "taskRoleArn"}
_LAUNCH_TYPE = "FARGATE"
_NO_NETWORK = {"subnets": [], "assignPublicIp": "ENABLED", "securityGroups": []}


def lift_ecs(fields: Mapping[str, Any], settings: Mapping[str, Any], template: Mapping[str, Any]) -> Lifted:
    """Return the `task_definition` and `task_customizations` of *fields* lifted into *template*.

    *template* is a `job_configuration`. *settings* are the block's other fields, as job variables.
    """
    found: dict[str, Any] = {}
    parts: dict[str, Any] = {}
    definition = _definition(fields.get("task_definition"), settings)
    if definition:
        parts["task_definition"] = lift(template["task_definition"], definition, found)
    if not fields.get("task_customizations"):
        return Lifted(parts, found)
    request, remarks = patched(_request(settings), fields["task_customizations"], "task_customizations")
    network = settled(request).get("networkConfiguration")
    request.pop("networkConfiguration", None)
    changed, tags = _env_of(request), request.pop("tags", None)
    lifted = lift(template["task_run_request"], request, found)
    if changed:
        found["env"] = changed
    if isinstance(tags, list) and tags:
        lifted["tags"] = settled(tags)  # workers add `labels` to them
    network = network.get("awsvpcConfiguration") if isinstance(network, dict) else None
    if isinstance(network, dict) and network and network != _NO_NETWORK:
        remarks += _place_network(network, settings, lifted, found)
    return Lifted({**parts, "task_run_request": lifted}, found, changed, tuple(remarks))


def _definition(given: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the task definition that an agent registered, the flow's container first; empty if unset."""
    if not isinstance(given, dict) or not given:
        return {}
    definition = copy.deepcopy(given)
    containers = [each for each in definition.get("containerDefinitions") or [] if each]
    own = next((each for each in containers if each.get("name") == _CONTAINER), {"name": _CONTAINER})
    if settings.get("image"):
        own["image"] = settings["image"]
    definition["containerDefinitions"] = [own, *(each for each in containers if each is not own)]
    return definition | _named(_OF_DEFINITION, settings)


def _request(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request for a task as an agent built it before the patches, without the environment."""
    container = {"name": _CONTAINER, "environment": []}
    return {
        "launchType": _LAUNCH_TYPE,
        **_named(_OF_REQUEST, settings),
        "overrides": {**_named(_OF_OVERRIDES, settings), "containerOverrides": [container]},
        "tags": [],
        "networkConfiguration": {"awsvpcConfiguration": _NO_NETWORK},
    }


def _named(names: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, Any]:
    return {key: settings[name] for name, key in names.items() if settings.get(name)}


def _env_of(request: dict[str, Any]) -> dict[str, str | None]:
    """Remove the environment that patches added from *request* and return it."""
    container = request["overrides"]["containerOverrides"][0]
    container.pop("name", None)
    if isinstance(container.get("command"), list):
        container["command"] = shlex.join(container["command"])
    entries = container.pop("environment", None)
    if not isinstance(entries, list):
        return {}
    return {entry["name"]: entry.get("value") for entry in settled(entries)}


def _place_network(
    network: Mapping[str, Any], settings: Mapping[str, Any], request: dict[str, Any], found: dict[str, Any]
) -> list[Remark]:
    """Set the *network* where a worker reads it: the variable if there is a VPC, or else the request."""
    if not network.get("subnets"):
        detail = "Agents took the subnets of the VPC where a patch sets only other network settings."
        hint = "Set `vpc_id` and `network_configuration`, with `subnets`, in the template of the pool."
        return [Remark("task_customizations", "pool-template-needed", detail, hint)]
    if settings.get("vpc_id"):
        found["network_configuration"] = dict(network)
    else:
        # Workers refuse `network_configuration` without `vpc_id`.
        request["networkConfiguration"] = {"awsvpcConfiguration": dict(network)}
    return []
