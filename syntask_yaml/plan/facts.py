"""A deployment as plain facts that can be compared, whichever side it comes from.

What means the same reads the same here: the order of tags, null against absent, the names of steps
and namespaces in either spelling, defaults that a backend fills in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.deployment import ConcurrencyLimit, Deployment
from syntask_yaml.model.identity import schedule_keys, schedule_pairs
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.schedule import Schedule, canonical, timing_to_dict
from syntask_yaml.model.trigger import settled, trigger_name
from syntask_yaml.model.value import Unknown, Value
from syntask_yaml.model.written_default import without_written_defaults

_NAMESPACE = re.compile(r"(\{\{\s*)prefect(\.(?:blocks|variables)\.)")


def facts(deployment: Deployment) -> dict[str, Value]:
    """The facts by field, under the names of the project file. None means: not declared."""
    return {
        "entrypoint": deployment.entrypoint,
        "description": deployment.description or None,
        "version": deployment.version,
        "tags": _known(deployment.tags, lambda tags: sorted(set(tags))),
        "parameters": plain(deployment.parameters),
        "enforce_parameter_schema": deployment.enforce_parameter_schema,
        "parameter_schema": without_written_defaults(plain(deployment.parameter_schema or {})),
        "paused": deployment.paused,
        "schedules": _known(deployment.schedules, _schedules),
        "concurrency_limit": _known(deployment.concurrency_limit, _limit),
        "work_pool.name": deployment.work_pool,
        "work_pool.work_queue_name": deployment.work_queue or DEFAULT_QUEUE,
        "work_pool.job_variables": plain(deployment.job_variables),
        "pull": [_step(step) for step in deployment.pull_steps],
        "triggers": [
            plain(settled(trigger, name=trigger_name(deployment.name, position)))
            for position, trigger in enumerate(deployment.triggers, start=1)
        ],
        "sla": None if deployment.sla is None else [plain(sla) for sla in deployment.sla],
        "project": deployment.project,
        "origin": deployment.origin,
        "protected": deployment.protected or None,
    }


def plain(value: Value) -> Value:
    """*value* as JSON in one spelling: lists for tuples, and one namespace in references."""
    if isinstance(value, str):
        return _NAMESPACE.sub(r"\1syntask\2", value) if "{{" in value else value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def _known(value: Any, convert: Any) -> Value:
    return value if value is None or isinstance(value, Unknown) else convert(value)


def _step(step: Mapping[str, Value]) -> Value:
    return {_step_name(name): plain(inputs) for name, inputs in step.items()}


def _step_name(name: str) -> str:
    builtin = builtin_of(name)
    return builtin.full_name() if builtin else name


def _limit(limit: ConcurrencyLimit) -> dict[str, Value]:
    return {
        "limit": limit.limit,
        "collision_strategy": limit.collision_strategy.value,
        "grace_period_seconds": limit.grace_period_seconds,
    }


def _schedules(schedules: tuple[Schedule, ...]) -> dict[str, Value]:
    return dict(zip(schedule_keys(schedules), map(_schedule, schedules), strict=True))


def schedules_beside(stored: Deployment, wanted: Deployment) -> tuple[Value, Value]:
    """The schedules of both deployments, in which each has one name on either side."""
    before, after = stored.schedules, wanted.schedules
    if isinstance(before, Unknown) or isinstance(after, Unknown) or not before or not after:
        return _known(before, _schedules), _known(after, _schedules)
    pairs = schedule_pairs(before, after)
    keys = schedule_keys(each for old, new in pairs if (each := old or new))
    named = list(zip(keys, pairs, strict=True))
    return (
        {key: _schedule(old) for key, (old, _) in named if old},
        {key: _schedule(new) for key, (_, new) in named if new},
    )


def _schedule(schedule: Schedule) -> dict[str, Value]:
    return {
        "slug": schedule.slug,
        **timing_to_dict(canonical(schedule.timing)),
        "active": schedule.active,
        "parameters": plain(schedule.parameters),
    }
