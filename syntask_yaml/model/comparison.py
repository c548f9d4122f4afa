"""Normalize fields of deployments, so that equal values compare equal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from syntask_yaml.model.builtin import builtin_of, with_folder
from syntask_yaml.model.deployment import ConcurrencyLimit, Deployment
from syntask_yaml.model.identity import schedule_keys
from syntask_yaml.model.schedule import Schedule, canonical, timing_to_dict
from syntask_yaml.model.shared import once_per_object
from syntask_yaml.model.trigger import settled, trigger_name
from syntask_yaml.model.value import MAPPINGS, SCALARS, Unknown, Value, json_text
from syntask_yaml.model.written_default import without_written_defaults

_NAMESPACE = re.compile(r"(\{\{\s*)prefect(\.(?:blocks|variables)\.)")


def plain(value: Value) -> Value:
    """Return *value* as normalized JSON: tuples become lists, and references use one namespace."""
    if isinstance(value, str):
        return _NAMESPACE.sub(r"\1syntask\2", value) if "{{" in value else value
    if isinstance(value, SCALARS):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, MAPPINGS):
        return {str(key): plain(item) for key, item in value.items()}
    return value


def if_known(value: Any, convert: Callable[[Any], Value]) -> Value:
    """Return *value* converted, unless it is None or unknown."""
    return value if value is None or isinstance(value, Unknown) else convert(value)


def compared_limit(limit: ConcurrencyLimit) -> dict[str, Value]:
    return {
        "limit": limit.limit,
        "collision_strategy": limit.collision_strategy.value,
        "grace_period_seconds": limit.grace_period_seconds,
    }


def compared_schedule(schedule: Schedule) -> dict[str, Value]:
    """Return the comparable form of a schedule, under the keys of the project file."""
    return {
        "slug": schedule.slug,
        **timing_to_dict(canonical(schedule.timing)),
        "active": schedule.active,
        "parameters": plain(schedule.parameters),
    }


def compared_schedules(schedules: tuple[Schedule, ...]) -> dict[str, Value]:
    """Return the comparable forms of schedules, by their identities."""
    return dict(zip(schedule_keys(schedules), map(compared_schedule, schedules), strict=True))


_text_of_shared = once_per_object(json_text)


def is_same_shared(stored: Value, wanted: Value) -> bool:
    """Return whether two values, which many deployments share, are known to be equal without a comparison."""
    text = _text_of_shared(stored)
    return text is not None and text == _text_of_shared(wanted)


NO_SCHEMA: Mapping[str, Value] = {}


@once_per_object
def compared_schema(schema: Mapping[str, Value]) -> Value:
    return without_written_defaults(plain(schema))


def compared_step(step: Mapping[str, Value]) -> Value:
    return {_step_name(name): plain(with_folder(name, inputs, end="")) for name, inputs in step.items()}


def _step_name(name: str) -> str:
    builtin = builtin_of(name)
    return builtin.full_name() if builtin else name


def compared_triggers(deployment: Deployment) -> Value:
    return [
        plain(settled(trigger, name=trigger_name(deployment.name, position)))
        for position, trigger in enumerate(deployment.triggers, start=1)
    ]
