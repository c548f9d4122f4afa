"""Resolved fields to a `Deployment`: here the odd forms that files may use end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit, Deployment
from syntask_yaml.model.recurrence import with_local_end
from syntask_yaml.model.schedule import RRule, Schedule, Timing, timing_from_dict
from syntask_yaml.model.step import Step
from syntask_yaml.model.value import Maybe, Unknown, flag, holds_unknown
from syntask_yaml.project.flows import Flow

T = TypeVar("T")
Fields = Mapping[str, Any]


def bind_deployment(
    fields: Fields, *, flow: Flow, project: str | None, pull_steps: Iterable[Step] = ()
) -> Deployment:
    """The deployment that resolved and checked *fields* describe, of *flow*, owned by *project* if any."""
    pool = fields.get("work_pool") or {}
    return Deployment(
        flow=flow.name,
        name=_name(fields["name"]),
        entrypoint=fields["entrypoint"],
        description=_or_unknown(fields.get("description"), lambda text: text) or flow.description,
        version=_or_unknown(fields.get("version"), _version),
        version_type=fields.get("version_type") or None,
        tags=_or_unknown(fields.get("tags"), _tags) or (),
        parameters=fields.get("parameters") or {},
        parameter_schema=_schema(flow.parameter_schema),
        enforce_parameter_schema=_declared(_or_unknown(fields.get("enforce_parameter_schema"), flag), True),
        schedules=_schedules(fields),
        paused=_or_unknown(fields.get("paused"), flag),
        concurrency_limit=_or_unknown(fields.get("concurrency_limit"), _limit),
        work_pool=pool.get("name") or None,
        work_queue=pool.get("work_queue_name") or None,
        job_variables=pool.get("job_variables") or {},
        pull_steps=tuple(stored_step(step) for step in pull_steps),
        triggers=tuple(trigger for trigger in fields.get("triggers") or () if trigger),
        sla=None if fields.get("sla") is None else tuple(fields["sla"]),
        project=project,
        protected=flag(fields.get("protected") or False),
        renamed_from=_full_name(fields.get("renamed_from"), flow.name),
    )


def _schema(schema: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A parameter schema as it is stored: definitions only where there are some."""
    return schema and {key: value for key, value in schema.items() if key != "definitions" or value}


def stored_step(step: Step) -> Mapping[str, Any]:
    """A step as a backend stores it: one name with its inputs."""
    inputs = dict(step.inputs)
    if step.id is not None:
        inputs["id"] = step.id
    if step.requires:
        inputs["requires"] = step.requires[0] if len(step.requires) == 1 else list(step.requires)
    return {step.name: inputs}


def _declared(value: Maybe[T | None], default: T) -> Maybe[T]:
    return default if value is None else value


def _or_unknown(value: Any, convert: Callable[[Any], T | None]) -> Maybe[T | None]:
    """*value* converted; None stays None, and what a step will decide stays unknown."""
    if value is None or isinstance(value, Unknown):
        return value
    return Unknown("") if holds_unknown(value) else convert(value)


def _name(text: str) -> str:
    return text.removesuffix(".py")


def _full_name(name: str | None, flow: str) -> str | None:
    """A deployment's name with its flow's, which is *flow* where it is not said."""
    return name and (name if "/" in name else f"{flow}/{name}")


def _version(value: Any) -> str | None:
    return str(value) if value != "" else None


def _tags(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_spliced(value)))


def _spliced(value: Any) -> Iterator[str]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _spliced(item)
    elif value is not None and value != "":
        yield str(value)


def _limit(value: Any) -> ConcurrencyLimit | None:
    if not isinstance(value, Mapping):
        return ConcurrencyLimit(int(value))
    if value.get("limit") is None:
        return None
    grace = value.get("grace_period_seconds")
    return ConcurrencyLimit(
        int(value["limit"]),
        CollisionStrategy(value.get("collision_strategy") or CollisionStrategy.ENQUEUE),
        None if grace is None else int(grace),
    )


def _schedules(fields: Fields) -> Maybe[tuple[Schedule, ...] | None]:
    """The schedules that are declared; None if neither key is there, or says nothing."""
    declared = fields.get("schedules") if fields.get("schedules") is not None else fields.get("schedule")
    if declared is None or declared == {}:
        return None
    if holds_unknown(declared):
        return Unknown("")
    items = declared if isinstance(declared, (list, tuple)) else [declared]
    return tuple(_schedule(item) for item in items if item)


def _schedule(item: Fields) -> Schedule:
    active = item.get("active")
    return Schedule(
        timing=_runnable(timing_from_dict(item)),
        active=None if active is None else flag(active),
        parameters=item.get("parameters") or {},
        slug=item.get("slug") or None,
        replaces=item.get("replaces") or None,
    )


def _runnable(timing: Timing) -> Timing:
    """Return *timing* as every backend can run it."""
    match timing:
        case RRule(rrule, timezone):
            return RRule(with_local_end(rrule, timezone), timezone)
    return timing
