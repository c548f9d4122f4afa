"""Convert deployments to and from the JSON of the API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from syntask_yaml.backend.prefect.names import ServerDialect
from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit, Deployment, Stored
from syntask_yaml.model.fields import FIELDS
from syntask_yaml.model.recurrence import without_default_start
from syntask_yaml.model.schedule import RRule, Schedule, Timing, timing_from_dict, timing_to_dict
from syntask_yaml.model.trigger import settled, trigger_name, whole
from syntask_yaml.model.value import Json, known

Raw: TypeAlias = Mapping[str, Any]

RUN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# The fields that the API takes and gives as they are, with its keys.
_SAME: Mapping[str, str] = {field.name: field.api for field in FIELDS if field.api is not None}

OWNER, ORIGIN, PROTECTED = "syntask.project", "syntask.origin", "syntask.protected"
# The id and the name of the flow: a deployment that is read has the id only.
FLOW = "syntask.flow"
# On automations whose name does not show that they are a deployment's.
AUTOMATION_TAG = "syntask"
# What a server has for a flow whose signature nobody could read.
_NO_SCHEMA: Mapping[str, Json] = {"type": "object", "properties": {}}


def new_body(
    after: Deployment, schedules: Sequence[Schedule], *, flow_id: str, dialect: ServerDialect
) -> dict[str, Any]:
    """Return the body that makes a deployment, or makes it anew, with *schedules*."""
    body = {"name": after.name, "flow_id": flow_id, **changed_body(after, dialect)}
    body["schedules"] = [schedule_body(schedule) for schedule in schedules]
    body["labels"] = {**labels_of(after), FLOW: f"{flow_id} {after.flow}"}
    return body


def flow_name_in(raw: Raw) -> str | None:
    """Return the name of the flow, where the label of a deployment tells it, and of no other flow."""
    flow_id, _, name = str((raw.get("labels") or {}).get(FLOW, "")).partition(" ")
    return name if flow_id == raw["flow_id"] else None


def labels_of(deployment: Deployment) -> dict[str, str | bool]:
    """Return the labels that say whose a deployment is, and whether it may be pruned."""
    given = {OWNER: deployment.project, ORIGIN: deployment.origin, PROTECTED: deployment.protected or None}
    return {name: value for name, value in given.items() if value is not None}


def changed_body(after: Deployment, dialect: ServerDialect) -> dict[str, Any]:
    """Return the body that changes a deployment: all but its names, owner and schedules.

    What is not declared is not in it.
    """
    limit = known(after.concurrency_limit)
    body: dict[str, Any] = {
        **{key: getattr(after, name) for name, key in _SAME.items()},
        "tags": list(known(after.tags)),
        "parameter_openapi_schema": after.parameter_schema or _NO_SCHEMA,
        "concurrency_limit": limit and limit.limit,
        "concurrency_options": limit and _options(limit),
        "job_variables": dialect.references(after.job_variables),
        "pull_steps": [dialect.step(step) for step in after.pull_steps],
    }
    declared = {"paused": after.paused, "version": after.version, "version_info": _version_info(after)}
    return {**body, **{key: value for key, value in declared.items() if value is not None}}


def _options(limit: ConcurrencyLimit) -> dict[str, Any]:
    options: dict[str, Any] = {"collision_strategy": limit.collision_strategy.value}
    if limit.grace_period_seconds is not None:
        options["grace_period_seconds"] = limit.grace_period_seconds
    return options


def _version_info(after: Deployment) -> Mapping[str, Json] | None:
    info = after.version_info
    return info if info and "type" in info and "version" in info else None


def schedule_body(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule. What is empty is left out: servers of 3.0 do not know all of it."""
    body: dict[str, Any] = {"schedule": _timing_body(schedule.timing), "active": schedule.active is not False}
    if schedule.parameters:
        body["parameters"] = schedule.parameters
    if schedule.slug is not None:
        body["slug"] = schedule.slug
    return body


def _timing_body(timing: Timing) -> dict[str, Any]:
    body = timing_to_dict(timing)
    if isinstance(timing, RRule):
        return {**body, "timezone": timing.timezone or "UTC"}
    return {key: value for key, value in body.items() if value is not None or key != "anchor_date"}


def automation_body(
    trigger: Mapping[str, Any], position: int, *, deployment: str, deployment_id: str, owner: str
) -> dict[str, Any]:
    """Return the automation that is the trigger at *position*, counted from one, of a deployment."""
    own_name = trigger_name(deployment, position)
    fields = whole(trigger, name=own_name)
    action = {key: fields.pop(key) for key in ("parameters", "job_variables", "schedule_after")}
    name = fields.pop("name")
    return {
        "name": name,
        "description": fields.pop("description"),
        "enabled": fields.pop("enabled"),
        # Left out where there are none: servers of 3.0 do not know them.
        **({} if name == own_name else {"tags": [AUTOMATION_TAG]}),
        "trigger": fields,
        "actions": [
            {"type": "run-deployment", "source": "selected", "deployment_id": deployment_id, **action}
        ],
        "owner_resource": owner,
    }


def deployment_of_automation(automation: Raw) -> str | None:
    """Return the id of the one deployment that an automation does nothing but run; None for others."""
    actions = automation["actions"]
    more = [*automation.get("actions_on_trigger", ()), *automation.get("actions_on_resolve", ())]
    if len(actions) != 1 or more or actions[0].get("type") != "run-deployment":
        return None
    return actions[0].get("deployment_id") if actions[0].get("source") == "selected" else None


def triggers_of(automations: Sequence[Raw], deployment: str) -> tuple[dict[str, Any], ...]:
    """Return the triggers that *automations* of a deployment are: those that a deploy made, in its order.

    Somebody else's automation that runs it is none.
    """
    ours = sorted(
        (each for each in automations if _is_ours(each, deployment)), key=lambda each: str(each["created"])
    )
    return tuple(
        settled(_trigger(each), name=trigger_name(deployment, position))
        for position, each in enumerate(ours, start=1)
    )


def _is_ours(automation: Raw, deployment: str) -> bool:
    name: str = automation["name"]
    number = name.rpartition("_")[2]
    has_own_name = number.isdecimal() and name == trigger_name(deployment, int(number))
    return has_own_name or AUTOMATION_TAG in automation.get("tags", ())


def _trigger(automation: Raw) -> dict[str, Any]:
    action = automation["actions"][0]
    own = {key: automation.get(key) for key in ("name", "description", "enabled")}
    run = {key: action.get(key) for key in ("parameters", "job_variables", "schedule_after")}
    return {**own, **run, **automation["trigger"]}


def stored_of(raw: Raw, *, flow: str, automations: Sequence[Raw] = ()) -> Stored:
    """Return the deployment of *flow* that the API gives back, with the *automations* that run it."""
    labels = raw.get("labels") or {}
    deployment = Deployment(
        flow=flow,
        name=raw["name"],
        **{name: raw[key] for name, key in _SAME.items() if raw.get(key) is not None},
        version=raw.get("version"),
        version_info=raw.get("version_info"),
        tags=tuple(raw["tags"]),
        parameter_schema=_schema(raw.get("parameter_openapi_schema")),
        schedules=schedules_of(raw["schedules"]),
        paused=raw["paused"],
        concurrency_limit=_limit(raw),
        job_variables=raw["job_variables"],
        pull_steps=tuple(raw.get("pull_steps") or ()),
        triggers=triggers_of(automations, raw["name"]),
        project=labels.get(OWNER),
        origin=labels.get(ORIGIN),
        protected=bool(labels.get(PROTECTED)),
    )
    return Stored(raw["id"], deployment, moment(raw["created"]), moment(raw["updated"]))


def _schema(schema: Raw | None) -> Raw | None:
    return None if not schema or schema == _NO_SCHEMA else schema


def _limit(raw: Raw) -> ConcurrencyLimit | None:
    of_deployment = raw.get("global_concurrency_limit") or {}
    limit = of_deployment.get("limit", raw.get("concurrency_limit"))
    if limit is None:
        return None
    options = raw.get("concurrency_options") or {}
    strategy = CollisionStrategy(options.get("collision_strategy") or "ENQUEUE")
    return ConcurrencyLimit(limit, strategy, options.get("grace_period_seconds"))


def schedules_of(raws: Sequence[Raw]) -> tuple[Schedule, ...]:
    """Schedules in the order in which they were made."""
    known_ones = [raw for raw in raws if raw["schedule"].keys() & {"cron", "interval", "rrule"}]
    return tuple(_schedule(raw) for raw in sorted(known_ones, key=lambda raw: str(raw["created"])))


def _schedule(raw: Raw) -> Schedule:
    return Schedule(
        timing=_timing(raw["schedule"]),
        active=raw["active"],
        parameters=raw.get("parameters") or {},
        slug=raw.get("slug"),
        id=raw["id"],
    )


def _timing(raw: Raw) -> Timing:
    timing = timing_from_dict(raw)
    # The start that a server adds may be another one each time.
    return replace(timing, rrule=without_default_start(timing.rrule)) if isinstance(timing, RRule) else timing


def moment(text: str | None) -> datetime | None:
    """Return a time of the API, in UTC."""
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
