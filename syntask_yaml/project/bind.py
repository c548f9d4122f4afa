"""Convert resolved fields to a `Deployment`, which has one normal form for each value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.fields import FIELDS
from syntask_yaml.model.recurrence import with_local_end
from syntask_yaml.model.schedule import TIMING_KEYS, RRule, Schedule, Timing, timing_from_dict
from syntask_yaml.model.shared import once_per_content, once_per_object
from syntask_yaml.model.step import Step
from syntask_yaml.model.value import Maybe, Unknown, Value, flag, holds_unknown
from syntask_yaml.project.flows import Flow

Fields = Mapping[str, Any]


def bind_deployment(
    fields: Fields, *, flow: Flow, project: str | None, pull_steps: Iterable[Step] = (), **known: Value
) -> Deployment:
    """Return the deployment of *flow*, owned by *project*, from resolved and checked *fields*.

    *known*: attributes that do not depend on *fields*.
    """
    declared = {"description": flow.description, **dict(_declared(fields)), **known}
    return Deployment(
        flow=flow.name,
        name=fields["name"].removesuffix(".py"),
        version_type=fields.get("version_type") or None,
        parameter_schema=_schema(flow.parameter_schema),
        schedules=_schedules(fields),
        pull_steps=_as_one([stored_step(step) for step in pull_steps]),
        project=project,
        renamed_from=qualified(fields.get("renamed_from"), flow.name),
        **declared,
    )


def _declared(fields: Fields) -> Iterator[tuple[str, Value]]:
    """Yield the attributes declared in *fields*; those left out have their defaults."""
    for name, outer, inner, read_value in _DECLARED:
        value = ((fields.get(outer) or {}) if outer else fields).get(inner)
        if value is None:
            continue
        read = value if isinstance(value, Unknown) else read_value(value)
        if read is not None:
            yield name, read


# The attribute, parent key, key and reader of each field.
_DECLARED = tuple(
    (field.name, outer, inner, field.read)
    for field in FIELDS
    if field.read is not None
    for outer, _, inner in (field.key.rpartition("."),)
)


@once_per_object
def _schema(schema: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return a parameter schema as it is stored: with definitions only if there are any."""
    return schema and {key: value for key, value in schema.items() if key != "definitions" or value}


# Equal lists of steps are one object.
_as_one = once_per_content(tuple)


@once_per_object
def stored_step(step: Step) -> Mapping[str, Any]:
    """Return a step as a backend stores it: one name with its inputs."""
    inputs = dict(step.inputs)
    if step.id is not None:
        inputs["id"] = step.id
    if step.requires:
        inputs["requires"] = step.requires[0] if len(step.requires) == 1 else list(step.requires)
    return {step.name: inputs}


def qualified(name: str | None, flow: str) -> str | None:
    """Return a deployment's name with its flow's, which defaults to *flow*."""
    return name and (name if "/" in name else f"{flow}/{name}")


def _schedules(fields: Fields) -> Maybe[tuple[Schedule, ...] | None]:
    """Return the declared schedules; None if both keys are missing or null."""
    declared = fields.get("schedules") if fields.get("schedules") is not None else fields.get("schedule")
    return None if declared is None or declared == {} else _read_schedules(declared)


@once_per_content
def _read_schedules(declared: Any) -> Maybe[tuple[Schedule, ...]]:
    if holds_unknown(declared):
        return Unknown("")
    items = declared if isinstance(declared, (list, tuple)) else [declared]
    return tuple(_schedule(item) for item in items if item)


def _schedule(item: Fields) -> Schedule:
    active = item.get("active")
    return Schedule(
        timing=_timing(item),
        active=None if active is None else flag(active),
        parameters=item.get("parameters") or {},
        slug=item.get("slug") or None,
        replaces=item.get("replaces") or None,
    )


def _timing(item: Fields) -> Timing:
    try:
        return _runnable(tuple(item.get(key) for key in TIMING_KEYS))
    except TypeError:  # the value is neither a text nor a number
        return timing_from_dict(item)


@lru_cache(maxsize=4096)
def _runnable(values: tuple[Any, ...]) -> Timing:
    """Return the timing with *values* for `TIMING_KEYS`, in a form that every backend can run."""
    timing = timing_from_dict(dict(zip(TIMING_KEYS, values, strict=True)))
    match timing:
        case RRule(rrule, timezone):
            return RRule(with_local_end(rrule, timezone), timezone)
    return timing
