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

# Fields that the API stores unchanged, with their keys.
_API_KEYS: Mapping[str, str] = {field.name: field.api for field in FIELDS if field.api is not None}

OWNER, ORIGIN, PROTECTED = "syntask.project", "syntask.origin", "syntask.protected"
# A label with the id and the name of the flow: the API returns only the id.
FLOW = "syntask.flow"
# The tag of triggers whose name does not identify their deployment.
AUTOMATION_TAG = "syntask"
# The schema on the server for a flow whose signature could not be read.
_NO_SCHEMA: Mapping[str, Json] = {"type": "object", "properties": {}}


def new_body(
    after: Deployment, schedules: Sequence[Schedule], *, flow_id: str, dialect: ServerDialect
) -> dict[str, Any]:
    """Return the request body that creates or overwrites a deployment."""
    body = {"name": after.name, "flow_id": flow_id, **changed_body(after, dialect)}
    body["schedules"] = [schedule_body(schedule) for schedule in schedules]
    body["labels"] = {**labels_of(after), FLOW: f"{flow_id} {after.flow}"}
    return body


def flow_name_in(raw: Raw) -> str | None:
    """Return the flow name in the label of a deployment; None if the label is missing or outdated."""
    flow_id, _, name = str((raw.get("labels") or {}).get(FLOW, "")).partition(" ")
    return name if flow_id == raw["flow_id"] else None


def labels_of(deployment: Deployment) -> dict[str, str | bool]:
    """Return the labels for the owner of a deployment and its protection from deletion."""
    given = {OWNER: deployment.project, ORIGIN: deployment.origin, PROTECTED: deployment.protected or None}
    return {name: value for name, value in given.items() if value is not None}


def changed_body(after: Deployment, dialect: ServerDialect) -> dict[str, Any]:
    """Return the request body that updates a deployment, without its names, owner and schedules.

    Undeclared fields are omitted.
    """
    limit = known(after.concurrency_limit)
    body: dict[str, Any] = {
        **{key: getattr(after, name) for name, key in _API_KEYS.items()},
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
    """Return the request body of a schedule, without empty fields, which servers of 3.0 may reject."""
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
    """Return the automation for the trigger at *position*, counted from 1, of a deployment."""
    own_name = trigger_name(deployment, position)
    fields = whole(trigger, name=own_name)
    action = {key: fields.pop(key) for key in ("parameters", "job_variables", "schedule_after")}
    name = fields.pop("name")
    return {
        "name": name,
        "description": fields.pop("description"),
        "enabled": fields.pop("enabled"),
        # Omitted if empty: servers of 3.0 reject it.
        **({} if name == own_name else {"tags": [AUTOMATION_TAG]}),
        "trigger": fields,
        "actions": [
            {"type": "run-deployment", "source": "selected", "deployment_id": deployment_id, **action}
        ],
        "owner_resource": owner,
    }


def deployment_of_automation(automation: Raw) -> str | None:
    """Return the id of the deployment if running it is the only action of an automation, else None."""
    actions = automation["actions"]
    more = [*automation.get("actions_on_trigger", ()), *automation.get("actions_on_resolve", ())]
    if len(actions) != 1 or more or actions[0].get("type") != "run-deployment":
        return None
    return actions[0].get("deployment_id") if actions[0].get("source") == "selected" else None


def triggers_of(automations: Sequence[Raw], deployment: str) -> tuple[dict[str, Any], ...]:
    """Return the triggers among the *automations* of a deployment, in the order of their creation.

    Automations that were not created by a deploy are ignored.
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
    """Return the deployment of *flow* in a response, with its triggers among *automations*."""
    labels = raw.get("labels") or {}
    deployment = Deployment(
        flow=flow,
        name=raw["name"],
        **{name: raw[key] for name, key in _API_KEYS.items() if raw.get(key) is not None},
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
    """Return the schedules in the order of their creation."""
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
    # The start that a server adds can change.
    return replace(timing, rrule=without_default_start(timing.rrule)) if isinstance(timing, RRule) else timing


def moment(text: str | None) -> datetime | None:
    """Return a time of the API in UTC."""
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
