"""Documents of deployments: as an entry of a project file, and as JSON of a stored deployment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.fields import FIELDS
from syntask_yaml.model.next_time import next_time
from syntask_yaml.model.run import Run
from syntask_yaml.model.value import Unknown, Value
from syntask_yaml.operations.documents import run_document
from syntask_yaml.plan.normalize import comparable_fields


def document_of(deployment: Deployment) -> dict[str, Any]:
    """Return a deployment as an entry of a project file, without empty fields."""
    known = comparable_fields(deployment)
    pool = {key.partition(".")[2]: value for key, value in known.items() if key.startswith("work_pool.")}
    plain = {each.key for each in FIELDS if each.is_declared and "." not in each.key} - {"schedules", "pull"}
    fields = {
        "name": deployment.name,
        "flow_name": deployment.flow,
        **{key: value for key, value in known.items() if key in plain},
        "work_pool": {key: value for key, value in pool.items() if value not in (None, {}, [])},
        "schedules": _schedules(known["schedules"]),
    }
    given = {key: plainly(value) for key, value in fields.items() if value not in (None, {}, [])}
    return {**given, "pull": plainly(known["pull"])}


def stored_document(stored: Stored) -> dict[str, Any]:
    """Return a stored deployment as JSON: its fields, and those that only the backend has."""
    deployment = stored.deployment
    fields = document_of(deployment)
    del fields["flow_name"]
    schedules: Any = deployment.schedules or ()
    for schedule, entry in zip(schedules, fields.get("schedules", ()), strict=True):
        if schedule.problem:
            entry["problem"] = schedule.problem
    return {
        "id": stored.id,
        "flow": deployment.flow,
        **fields,
        "parameter_schema": deployment.parameter_schema,
        "labels": {
            f"syntask.{key}": value
            for key in ("project", "origin", "protected")
            if (value := getattr(deployment, key))
        },
        "created": stored.created,
        "updated": stored.updated,
    }


def listed_document(stored: Stored, last: Run | None, now: datetime) -> dict[str, Any]:
    """Return a deployment as JSON, with its *last* run and the next time of its schedules."""
    times = {"last_run": last and run_document(last), "next_run": next_time(stored.deployment, now)}
    return {**stored_document(stored), **times}


def _schedules(schedules: Value) -> Value:
    if not isinstance(schedules, Mapping):
        return schedules
    return [
        {key: value for key, value in each.items() if value not in (None, {})} for each in schedules.values()
    ]


def plainly(value: Value) -> Any:
    """Return *value* as JSON; an unknown value as its template."""
    if isinstance(value, Unknown):
        return str(value)
    if isinstance(value, Mapping):
        return {key: plainly(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plainly(item) for item in value]
    return value
