"""The shapes of the API's objects, limited to the fields in use.

A field of one type is required. Other fields can be missing or null.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, TypeAlias

# A type, a list with the shape of the elements, or the shapes of some fields by name; EACH matches all.
EACH = "*"
Shape: TypeAlias = "type | UnionType | list[Shape] | Mapping[str, Shape]"

TEXT, NUMBER, FLAG = str | None, int | float | None, bool | None
_ANY: Shape = dict | None

_TIMING: Shape = {
    "cron": TEXT,
    "day_or": FLAG,
    "interval": NUMBER,
    "anchor_date": TEXT,
    "rrule": TEXT,
    "timezone": TEXT,
}
_SCHEMA: Shape = {"properties": {EACH: _ANY}, "required": [str]}
SCHEDULE: Shape = {
    "id": str,
    "active": bool,
    "parameters": _ANY,
    "slug": TEXT,
    "schedule": _TIMING,
}
_ACTION: Shape = {"type": TEXT, "source": TEXT, "deployment_id": TEXT}
_QUEUE: Mapping[str, Shape] = {
    **dict.fromkeys(("id", "name"), str),
    **dict.fromkeys(("work_pool_name", "description", "last_polled"), TEXT),
    **dict.fromkeys(("concurrency_limit", "priority"), int | None),
    "is_paused": FLAG,
}

# By the name of their collection.
SHAPES: Mapping[str, Mapping[str, Shape]] = {
    "deployments": {
        **dict.fromkeys(("id", "name", "flow_id"), str),
        **dict.fromkeys(("entrypoint", "description", "version", "work_pool_name", "work_queue_name"), TEXT),
        "version_info": _ANY,
        "parameter_openapi_schema": _SCHEMA,
        **dict.fromkeys(("parameters", "job_variables"), dict),
        **dict.fromkeys(("enforce_parameter_schema", "paused"), bool),
        "tags": [str],
        "schedules": [SCHEDULE],
        "concurrency_limit": int | None,
        "global_concurrency_limit": {"limit": int | None},
        "concurrency_options": {"collision_strategy": TEXT, "grace_period_seconds": NUMBER},
        "pull_steps": [{EACH: _ANY}],
        "labels": dict.fromkeys(("syntask.project", "syntask.origin", "syntask.flow"), TEXT),
    },
    "flows": {"id": str, "name": str},
    "automations": {
        "id": str,
        "name": str,
        "tags": [str],
        "trigger": dict,
        **{key: [_ACTION] for key in ("actions", "actions_on_trigger", "actions_on_resolve")},
    },
    "work_pools": {
        **dict.fromkeys(("id", "name", "type"), str),
        **dict.fromkeys(("description", "status"), TEXT),
        "base_job_template": {"job_configuration": _ANY, "variables": _SCHEMA},
        "is_paused": bool,
        "concurrency_limit": int | None,
    },
    "workers": {
        **dict.fromkeys(("id", "name"), str),
        **dict.fromkeys(("status", "last_heartbeat_time"), TEXT),
    },
    "work_queues": _QUEUE,
    "queues": _QUEUE,
    "v2/concurrency_limits": {
        **dict.fromkeys(("id", "name"), str),
        "limit": int,
        "active": bool,
        "active_slots": int | None,
        "slot_decay_per_second": NUMBER,
    },
    "deploys": {"id": str, "data": _ANY},
    "artifacts": {"id": str, "latest_id": str},
    "variables": {"id": str, "name": str, "tags": [str]},
    "block_documents": {
        "id": str,
        "name": str,
        "data": dict,
        "block_type": {"slug": TEXT},
        "block_type_name": TEXT,
        "block_schema": {"fields": {"secret_fields": [str]}},
    },
    "block_types": {"id": str, "slug": str},
    "block_schemas": {"id": str, "fields": {"properties": _ANY, "required": [str]}},
    "flow_runs": {
        **dict.fromkeys(("id", "name", "flow_id"), str),
        **dict.fromkeys(("deployment_id", "work_pool_name", "work_queue_name"), TEXT),
        **dict.fromkeys(("state_type", "state_name", "expected_start_time"), TEXT),
        **dict.fromkeys(("parameters", "job_variables"), _ANY),
        "state": {"message": TEXT, "timestamp": TEXT, "state_details": {"scheduled_time": TEXT}},
        "tags": [str],
        "auto_scheduled": FLAG,
        "labels": {"prefect.worker.name": TEXT},
    },
    "task_runs": {
        **dict.fromkeys(("id", "name", "task_key"), str),
        **dict.fromkeys(("flow_run_id", "state_type", "state_name"), TEXT),
        "state": {"message": TEXT, "timestamp": TEXT},
        "run_count": int | None,
        "task_inputs": {EACH: [{"input_type": TEXT, "id": TEXT}]},
    },
    "logs": {"id": str, "level": int, "message": str, "name": str},
}


def odd_place(value: Any, shape: Shape, place: str = "") -> str | None:
    """Return the path at which *value* does not match the shape, such as `schedules.0.active`; else None."""
    if isinstance(shape, list):
        if value is None:
            return None
        if not isinstance(value, list):
            return place
        inner = (odd_place(each, shape[0], f"{place}.{number}") for number, each in enumerate(value))
    elif isinstance(shape, Mapping):
        if value is None:
            return None
        if not isinstance(value, dict):
            return place
        before = f"{place}." if place else ""
        fields = dict.fromkeys(value, shape[EACH]) if EACH in shape else shape
        inner = (
            odd_place(value.get(k), each, f"{before}{k}")
            for k, each in fields.items()
            if k in value or isinstance(each, type)
        )
    else:
        return None if isinstance(value, shape) else place
    return next((found for found in inner if found is not None), None)
