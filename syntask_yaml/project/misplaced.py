"""A table of misplaced and obsolete keys, and their correct places."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from syntask_yaml.diagnostics import Path, did_you_mean, nearest
from syntask_yaml.project.sections import SECTIONS

_IN_POOL = "Move it to `work_pool:`, as `{}`."
_IN_JOB = "Move it to `work_pool: job_variables:`, as `{}`."
_IN_SCHEDULE = "Move it to an entry of `schedules:`, as `{}`."
_IN_DEPLOYMENT = "Move it to an entry of `deployments:` (`- name: …`), as `{}`."
_IN_FLOW = "Set it in the code of the flow."
ANCHOR_HOME = "For anchors, use `definitions:` or a key that starts with `x-`."
_QUOTED_MERGE = "Remove its quotes: in quotes, `<<` is a key like others and merges nothing."

_DEPLOYMENT = {
    "job_variables": _IN_POOL.format("job_variables"),
    "work_queue_name": _IN_POOL.format("work_queue_name"),
    "work_queue": _IN_POOL.format("work_queue_name"),
    "work_pool_name": _IN_POOL.format("name"),
    "pool": _IN_POOL.format("name"),
    "pool_name": _IN_POOL.format("name"),
    "env": _IN_JOB.format("env"),
    "environment": _IN_JOB.format("env"),
    "image": _IN_JOB.format("image"),
    "command": _IN_JOB.format("command"),
    "infra_overrides": "Use `work_pool: job_variables:` instead.",
    "job_configuration": "Use `work_pool: job_variables:` instead.",
    "infrastructure": "Use a work pool instead: `work_pool: name:`, with `job_variables:`.",
    "infra_block": "Use a work pool instead: `work_pool: name:`, with `job_variables:`.",
    "storage": "Use a `pull` step instead, such as `git_clone`.",
    "path": "Use a `pull` step instead, such as `set_working_directory`.",
    "is_schedule_active": _IN_SCHEDULE.format("active"),
    "is_paused": "Write `paused:`.",
    "enabled": "Write `paused: false`.",
    "time_zone": _IN_SCHEDULE.format("timezone"),
    "timezone": _IN_SCHEDULE.format("timezone"),
    "cron": _IN_SCHEDULE.format("cron"),
    "interval": _IN_SCHEDULE.format("interval"),
    "rrule": _IN_SCHEDULE.format("rrule"),
    "anchor_date": _IN_SCHEDULE.format("anchor_date"),
    "flow": "Write `entrypoint: path/to/file.py:function`.",
    "flow_location": "Write `entrypoint: path/to/file.py:function`.",
    "flow_path": "Write `entrypoint: path/to/file.py:function`.",
    "max_active_runs": "Write `concurrency_limit:`.",
    "retries": _IN_FLOW,
    "timeout": _IN_FLOW,
    "logging": _IN_FLOW,
    "parameter_openapi_schema": "Remove it. The schema is read from the flow's signature.",
    "pull_steps": "Write `pull:`.",
}
_WORK_POOL = {
    "queue": "Write `work_queue_name:`.",
    "queues": "Write `work_queue_name:`. Queues are created on the backend.",
    "work_queue": "Write `work_queue_name:`.",
    "type": "Remove it. The type belongs to the work pool on the backend.",
    "concurrency_limit": "Move it out of `work_pool:`, or set the limit of the work pool on the backend.",
    "variables": "Write `job_variables:`.",
    "flow_variables": "Use the deployment's `parameters:` for values that are passed to the flow.",
    "parameters": "Use the deployment's `parameters:` for values that are passed to the flow.",
    **{key: f"Move it to `job_variables:`, as `{key}`." for key in ("env", "image", "command", "volumes")},
}
_SCHEDULE = {
    "time_zone": "Write `timezone:`.",
    "is_active": "Write `active:`.",
    "enabled": "Write `active:`.",
    "start_date": "Write `anchor_date:`.",
    "max_scheduled_runs": "Remove it. The backend decides how far ahead runs are scheduled.",
    "flow_run_name": "Set the names of runs in the code of the flow.",
    "schedule": "Write `cron:`, `interval:` or `rrule:` directly here.",
}
_PROJECT = {
    **{
        key: _IN_DEPLOYMENT.format(key)
        for key in (
            "entrypoint flow_name schedule schedules work_pool tags parameters description triggers "
            "concurrency_limit paused"
        ).split()
    },
    "version": "Remove it. The format has no version. The version of a deployment belongs in its entry.",
    "pull_steps": "Write `pull:`.",
    "infra_overrides": _IN_DEPLOYMENT.format("work_pool: job_variables"),
    "env": _IN_DEPLOYMENT.format("work_pool: job_variables: env"),
    **{
        key: f"Move it to `resources:`, as `{key}`. " + ANCHOR_HOME
        for key in ("work_pools", "variables", "blocks", "concurrency_limits", "automations")
    },
    "flows": "Add an entry to `deployments:` for each flow.",
}

_TARGET = {
    "url": "Write `backend:`.",
    "work_pool": "Move it to `defaults:`, as `work_pool`.",
    "variables": "Write `values:`.",
    "prefix": "Write `name_prefix:`.",
}
_AUTOMATION = {
    "triggers": "Write `trigger:`, with one trigger. One of type `compound` has `triggers:` inside.",
    "action": "Write `actions:`, with a list.",
    "active": "Write `enabled:`.",
    "paused": "Write `enabled: false`.",
    **{key: f"Move it to `trigger:`, as `{key}`." for key in ("expect", "match", "match_related", "posture")},
}
_RESOURCES = {
    "work_pool": "Write `work_pools:`, with a name below it.",
    "pools": "Write `work_pools:`.",
    "limits": "Write `concurrency_limits:`.",
    "secrets": "Write `blocks:`, with `secret/NAME:` below it.",
    "work_queues": "Write `queues:` below a work pool.",
}
_DECLARED = {"is_paused": "Write `paused:`.", "limit": "Write `concurrency_limit:`."}
_DECLARED_POOL = {
    **_DECLARED,
    "template": "Write `base_job_template:`.",
    "job_template": "Write `base_job_template:`.",
    "work_queues": "Write `queues:`.",
    "job_variables": "Write `job_variables:` below the `work_pool:` of a deployment, or change the template.",
}
_DECLARED_LIMIT = {"is_active": "Write `active:`.", "slots": "Write `limit:`."}
_ACTION = {
    "url": "Keep it in a block: `syntask block create webhook NAME`, and write `block: webhook/NAME`.",
    "block_document_id": "Write `block: TYPE/NAME`.",
    "block_id": "Write `block: TYPE/NAME`.",
    "message": "Write `payload:`.",
    "args": "Write `command: [PROGRAM, ARGUMENT, …]`.",
}

_INSTEAD = re.compile(r"Write `(\w+):")

# The names of mappings by path; an index or a name is `*`. The first match counts.
_PLACES: tuple[tuple[tuple[str, ...], str, Mapping[str, str]], ...] = (
    ((), "a project", _PROJECT),
    (("targets", "*"), "a target", _TARGET),
    (("targets", "*", "protected"), "`protected`", {}),
    (("values", "*"), "a value", {}),
    (("deployments", "*"), "a deployment", _DEPLOYMENT),
    (("deployments", "*", "work_pool"), "a deployment's `work_pool`", _WORK_POOL),
    (("deployments", "*", "schedules", "*"), "a schedule", _SCHEDULE),
    (("deployments", "*", "schedule", "*"), "a schedule", _SCHEDULE),
    (("deployments", "*", "schedule"), "a schedule", _SCHEDULE),
    (("deployments", "*", "concurrency_limit"), "a concurrency limit", {}),
    (("deployments", "*", "triggers", "*"), "a trigger", {}),
    (("deployments", "*", "sla", "*"), "an SLA", {}),
    (("resources",), "`resources`", _RESOURCES),
    (("resources", "work_pools", "*"), "a work pool", _DECLARED_POOL),
    (("resources", "work_pools", "*", "queues", "*"), "a work queue", _DECLARED),
    (("resources", "concurrency_limits", "*"), "a concurrency limit", _DECLARED_LIMIT),
    (("resources", "automations", "*"), "an automation", _AUTOMATION),
    (("resources", "automations", "*", "trigger"), "a trigger", {}),
    (("resources", "automations", "*", "actions", "*"), "an action", _ACTION),
)


def title_of(path: Path) -> str:
    """Return the display name of the mapping at *path*."""
    return _place(path)[0]


def is_in_step(path: Path) -> bool:
    """Return whether *path* is that of a step's inputs, or inside them."""
    section = next((index for index, step in enumerate(path) if step in SECTIONS), None)
    return section is not None and any(isinstance(step, str) for step in path[section + 1 :])


def remedy(path: Path, key: str, known: list[str], given: Collection[str] = ()) -> str:
    """Return a hint for the unknown *key* of the mapping at *path*.

    *known* are the valid keys of the mapping, and *given* those that it has.
    """
    if key == "<<":
        return _QUOTED_MERGE
    belongs = _place(path)[1].get(key)
    if belongs is not None:
        instead = _INSTEAD.match(belongs)
        return f"Remove it. `{instead[1]}` is already set." if instead and instead[1] in given else belongs
    otherwise = ANCHOR_HOME if not path else "Remove it."
    hint = did_you_mean(key, known, otherwise=otherwise)
    is_given = nearest(key, known) in given
    return f"{hint} It is already set, so keep one of the two." if is_given else hint


def _place(path: Path) -> tuple[str, Mapping[str, str]]:
    path = _as_entry(path)
    for place, kind, table in _PLACES:
        if len(place) == len(path) and all(map(_is_at, place, path)):
            return kind, table
    if is_in_step(path):
        return f"the step `{path[-1]}`", {}
    return f"`{path[-1]}`", {}


def _as_entry(path: Path) -> Path:
    """Return *path* with a part of a deployment, such as `defaults`, replaced by that of an entry."""
    if path[:1] == ("defaults",):
        return ("deployments", 0, *path[1:])
    if path[:1] == ("targets",) and path[2:3] == ("defaults",):
        return ("deployments", 0, *path[3:])
    if path[:1] == ("targets",) and path[2:3] == ("deployments",) and len(path) > 3:
        return ("deployments", 0, *path[4:])
    return path


def _is_at(place: str, step: str | int) -> bool:
    """Return whether *step* of a path matches *place*, where `*` is an index or any name."""
    return place in ("*", step)
