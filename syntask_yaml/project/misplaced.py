"""Keys that people write in the wrong place, or remember from elsewhere, and where they belong."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from syntask_yaml.diagnostics import Path, did_you_mean, nearest
from syntask_yaml.project.sections import SECTIONS

_IN_POOL = "Put it under `work_pool:`, as `{}`."
_IN_JOB = "Put it under `work_pool: job_variables:`, as `{}`."
_IN_SCHEDULE = "Put it into an entry of `schedules:`, as `{}`."
_IN_DEPLOYMENT = "Put it into an entry of `deployments:` (`- name: …`), as `{}`."
_IN_FLOW = "Say it in the flow's own code."
ANCHOR_HOME = "For anchors, use `definitions:` or a key that begins with `x-`."

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
    "infra_overrides": "Its entries are `work_pool: job_variables:` now.",
    "job_configuration": "Its entries are `work_pool: job_variables:` now.",
    "infrastructure": "A work pool takes its place: `work_pool: name:`, with `job_variables:`.",
    "infra_block": "A work pool takes its place: `work_pool: name:`, with `job_variables:`.",
    "storage": "A `pull` step takes its place, such as `git_clone`.",
    "path": "A `pull` step takes its place, such as `set_working_directory`.",
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
    "parameter_openapi_schema": "It is read from the flow's signature.",
    "pull_steps": "Write `pull:`.",
}
_WORK_POOL = {
    "queue": "Write `work_queue_name:`.",
    "queues": "Write `work_queue_name:`; queues themselves are made on the backend.",
    "work_queue": "Write `work_queue_name:`.",
    "type": "A pool's type is part of the pool, on the backend.",
    "concurrency_limit": "A pool's limit is part of the pool, on the backend; a deployment has its own.",
    "variables": "Write `job_variables:`.",
    "flow_variables": "Values for the flow are the deployment's `parameters:`.",
    "parameters": "Values for the flow are the deployment's `parameters:`.",
    **{key: f"Put it under `job_variables:`, as `{key}`." for key in ("env", "image", "command", "volumes")},
}
_SCHEDULE = {
    "time_zone": "Write `timezone:`.",
    "is_active": "Write `active:`.",
    "enabled": "Write `active:`.",
    "start_date": "Write `anchor_date:`.",
    "max_scheduled_runs": "How far ahead runs are planned is the backend's business.",
    "flow_run_name": "A run's name is set in the flow's own code.",
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
    "version": "Remove it: the format has no version. A deployment's own version goes into its entry.",
    "pull_steps": "Write `pull:`.",
    "infra_overrides": _IN_DEPLOYMENT.format("work_pool: job_variables"),
    "env": _IN_DEPLOYMENT.format("work_pool: job_variables: env"),
    "work_pools": "Work pools are made on the backend: `syntask work-pool create`. " + ANCHOR_HOME,
    "variables": "Variables are kept on the backend: `syntask variable set`. " + ANCHOR_HOME,
    "flows": "Each flow to deploy is an entry of `deployments:`.",
}

_INSTEAD = re.compile(r"Write `(\w+):")

# What a mapping is called, by where it stands; a list index is `*`. The first that matches counts.
_PLACES: tuple[tuple[tuple[str, ...], str, Mapping[str, str]], ...] = (
    ((), "a project", _PROJECT),
    (("deployments", "*"), "a deployment", _DEPLOYMENT),
    (("deployments", "*", "work_pool"), "a deployment's `work_pool`", _WORK_POOL),
    (("deployments", "*", "schedules", "*"), "a schedule", _SCHEDULE),
    (("deployments", "*", "schedule", "*"), "a schedule", _SCHEDULE),
    (("deployments", "*", "schedule"), "a schedule", _SCHEDULE),
    (("deployments", "*", "concurrency_limit"), "a concurrency limit", {}),
    (("deployments", "*", "triggers", "*"), "a trigger", {}),
    (("deployments", "*", "sla", "*"), "an SLA", {}),
)


def kind_of(path: Path) -> str:
    """What the mapping at *path* is called in messages."""
    return _place(path)[0]


def is_in_step(path: Path) -> bool:
    """Whether *path* leads to a step's inputs, or into them."""
    section = next((index for index, step in enumerate(path) if step in SECTIONS), None)
    return section is not None and any(isinstance(step, str) for step in path[section + 1 :])


def remedy(path: Path, key: str, known: list[str], given: Collection[str] = ()) -> str:
    """What to do about the unknown *key* of the mapping at *path*.

    The mapping knows the keys *known*, and *given* are those that it has.
    """
    belongs = _place(path)[1].get(key)
    if belongs is not None:
        instead = _INSTEAD.match(belongs)
        return f"Remove it: `{instead[1]}` is given." if instead and instead[1] in given else belongs
    otherwise = ANCHOR_HOME if not path else "Remove it."
    hint = did_you_mean(key, known, otherwise=otherwise)
    is_given = nearest(key, known) in given
    return f"{hint} It is given already: keep one of the two." if is_given else hint


def _place(path: Path) -> tuple[str, Mapping[str, str]]:
    shape = tuple("*" if isinstance(step, int) else step for step in path)
    for place, kind, table in _PLACES:
        if place == shape:
            return kind, table
    if is_in_step(path):
        return f"the step `{path[-1]}`", {}
    return f"`{path[-1]}`", {}
