"""What a Prefect 3 server answers: one object of each kind, by the place where it is asked for."""

from __future__ import annotations

import re
from typing import Any

_TIME = "2026-01-01T00:00:00Z"
DEPLOYMENT, FLOW, RUN, OTHER = (f"{digit * 8}-0000-4000-8000-{digit * 12}" for digit in "1234")
_ROW = {"id": OTHER, "created": _TIME, "updated": _TIME}

_SCHEDULES = [
    {"id": OTHER, "created": _TIME, "active": True, "parameters": {}, "slug": "a", "schedule": timing}
    for timing in (
        {"cron": "0 6 * * *", "timezone": "Europe/Berlin", "day_or": True},
        {"interval": 3600.0, "anchor_date": _TIME, "timezone": "UTC"},
        {"rrule": "FREQ=DAILY;BYHOUR=6", "timezone": "UTC"},
    )
]
_SCHEMA = {
    "type": "object",
    "properties": {"source": {"type": "string", "default": "s3", "title": "source", "position": 0}},
}
_DEPLOYMENT = {
    **_ROW,
    "id": DEPLOYMENT,
    "name": "d0",
    "flow_id": FLOW,
    "entrypoint": "flows.py:etl",
    "description": "daily",
    "version": "1",
    "version_info": {"type": "vcs:git", "version": "1"},
    "tags": ["a"],
    "parameters": {"source": "x"},
    "parameter_openapi_schema": _SCHEMA,
    "enforce_parameter_schema": True,
    "schedules": _SCHEDULES,
    "paused": False,
    "concurrency_limit": None,
    "global_concurrency_limit": {"limit": 2},
    "concurrency_options": {"collision_strategy": "ENQUEUE", "grace_period_seconds": 60},
    "work_pool_name": "local",
    "work_queue_name": "default",
    "job_variables": {"env": {"A": "b"}},
    "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": "/opt"}}],
    "labels": {"syntask.project": "shop", "syntask.origin": "x", "syntask.protected": False},
}
_RUN = {
    **_ROW,
    "id": RUN,
    "name": "olive-crab",
    "flow_id": FLOW,
    "deployment_id": DEPLOYMENT,
    "state_type": "SCHEDULED",
    "state_name": "Scheduled",
    "state": {"message": "soon", "state_details": {"scheduled_time": _TIME}},
    "parameters": {"source": "x"},
    "job_variables": {},
    "tags": ["a"],
    "work_pool_name": "local",
    "work_queue_name": "default",
    "auto_scheduled": True,
    "expected_start_time": _TIME,
    "start_time": None,
    "end_time": None,
}
_AUTOMATION = {
    **_ROW,
    "name": "d0__automation_1",
    "description": "",
    "enabled": True,
    "tags": [],
    "trigger": {
        "type": "event",
        "posture": "Reactive",
        "match": {"prefect.resource.id": "x"},
        "match_related": {},
        "after": [],
        "expect": ["x"],
        "for_each": [],
        "threshold": 1,
        "within": 0.0,
    },
    "actions": [
        {
            "type": "run-deployment",
            "source": "selected",
            "deployment_id": DEPLOYMENT,
            "parameters": None,
            "job_variables": None,
            "schedule_after": 0.0,
        }
    ],
    "actions_on_trigger": [],
    "actions_on_resolve": [],
}
_POOL = {
    **_ROW,
    "name": "local",
    "type": "process",
    "description": "here",
    "base_job_template": {
        "job_configuration": {"env": "{{ env }}"},
        "variables": {"properties": {"env": {}}},
    },
    "is_paused": False,
    "concurrency_limit": None,
    "status": "READY",
    "storage_configuration": {},
}
_VARIABLE = {**_ROW, "name": "region", "value": {"a": ["eu"]}, "tags": ["a"]}
_BLOCK = {
    **_ROW,
    "name": "token",
    "data": {"value": "hush"},
    "block_type": {"slug": "secret"},
    "block_schema": {"fields": {"secret_fields": ["value"]}},
}
_BLOCK_SCHEMA = {**_ROW, "fields": {"properties": {"value": {}}, "required": ["value"]}}
_LIMIT = {**_ROW, "name": "db", "limit": 2, "active": True, "active_slots": 0, "slot_decay_per_second": 0.0}
_LINE = {"id": OTHER, "timestamp": _TIME, "level": 20, "message": "hello", "name": "flow"}
_WORKERS = {"prefect": {"process": {"type": "process", "default_base_job_configuration": {"variables": {}}}}}

# The method and the place below the API; the first that fits answers.
_ANSWERS: tuple[tuple[str, Any], ...] = (
    ("POST /deployments/[^/]+/create_flow_run", _RUN),
    ("POST /deployments/filter", [_DEPLOYMENT]),
    ("POST /flows/filter", [{**_ROW, "id": FLOW, "name": "etl"}]),
    ("POST /automations/filter", [_AUTOMATION]),
    ("POST /work_pools/filter", [_POOL]),
    ("POST /variables/filter", [_VARIABLE]),
    ("POST /v2/concurrency_limits/filter", [_LIMIT]),
    ("POST /block_documents/filter", [_BLOCK]),
    ("POST /block_types/filter", [{**_ROW, "slug": "secret"}]),
    ("POST /block_schemas/filter", [_BLOCK_SCHEMA]),
    ("POST /flow_runs/filter", [_RUN]),
    ("POST /logs/filter", [_LINE]),
    ("GET /flow_runs/.*", _RUN),
    ("POST /flow_runs/.*", {"status": "ACCEPT", "state": {"type": "CANCELLED"}}),
    ("GET /block_types/slug/[^/]+", {**_ROW, "slug": "secret"}),
    ("GET /block_types/.*", _BLOCK),
    ("GET /work_pools/.*", _POOL),
    ("GET /variables/.*", _VARIABLE),
    ("GET /deployments/.*/schedules", _SCHEDULES),
    ("GET /collections/.*", _WORKERS),
    ("GET /admin/version", "3.8.8"),
    ("GET /csrf-token", {**_ROW, "token": "t", "client": "c"}),
    ("POST /flows/", {**_ROW, "id": FLOW, "name": "etl"}),
    ("POST /deployments/", _DEPLOYMENT),
    ("POST /work_pools/", _POOL),
    ("POST /variables/", _VARIABLE),
    ("POST /v2/concurrency_limits/", _LIMIT),
    ("POST /block_documents/", _BLOCK),
    ("POST /automations/", _AUTOMATION),
    (".*", {}),
)
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), answer) for pattern, answer in _ANSWERS)


def well_formed(asked: str) -> Any:
    """The answer to *asked*, such as `GET /admin/version`."""
    return next(answer for pattern, answer in _PATTERNS if pattern.fullmatch(asked))
