"""The table of the fields of a deployment: their keys in the file, and how they are read and compared.

A new field is an attribute of `Deployment`, a row here and a key of the JSON Schema. Without special
requirements, the row is enough for both backends to store it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from syntask_yaml.model.comparison import (
    NO_SCHEMA,
    compared_limit,
    compared_schedules,
    compared_schema,
    compared_step,
    compared_triggers,
    if_known,
    is_same_shared,
    plain,
)
from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit, Deployment
from syntask_yaml.model.identity import alike_schedules
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.shared import once_per_content
from syntask_yaml.model.value import Unknown, Value, flag, holds_unknown, is_same_json


class Field(NamedTuple):
    """One field of a deployment: a row of the table.

    *name* is the attribute of `Deployment`, and *path* the key of the project file, dotted if nested.
    *compare* returns the normalized value that a plan compares.
    *read* converts the value of the file; None if the conversion needs more than the value.
    *is_alike* recognizes equal stored and declared values without normalizing them.
    *is_optional*: a deployment that does not declare the field keeps the value on the backend.
    *is_declared*: the project file has the key. *is_headline*: a plan shows it for a new deployment.
    *api* is the key of a Prefect server's API that has the same value as the attribute.
    """

    name: str
    compare: Callable[[Deployment], Value]
    path: str = ""
    read: Callable[[Any], Value] | None = None
    is_alike: Callable[[Any, Any], bool] = is_same_json
    is_optional: bool = False
    is_declared: bool = True
    is_headline: bool = False
    api: str | None = None

    @property
    def key(self) -> str:
        """The key in the project file."""
        return self.path or self.name


def _or_none(value: Any) -> Value:
    return value or None


def _scalar(read: Callable[[Any], Any]) -> Callable[[Any], Value]:
    """Return *read* for scalars: a value that is partly unknown is unknown."""
    return lambda value: Unknown("") if holds_unknown(value) else read(value)


def _version(value: Any) -> str | None:
    return str(value) if value != "" else None


def _tags(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_flat(value)))


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _flat(item)
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


FIELDS: tuple[Field, ...] = (
    Field(
        name="entrypoint",
        read=_or_none,
        compare=lambda each: each.entrypoint,
        is_headline=True,
        api="entrypoint",
    ),
    Field(
        name="description",
        read=_scalar(_or_none),
        compare=lambda each: each.description or None,
        api="description",
    ),
    Field(name="version", read=_scalar(_version), compare=lambda each: each.version, is_optional=True),
    Field(
        name="tags",
        read=once_per_content(_scalar(_tags)),
        compare=lambda each: if_known(each.tags, lambda tags: sorted(set(tags))),
    ),
    Field(
        name="parameters",
        read=_or_none,
        compare=lambda each: plain(each.parameters),
        is_headline=True,
        api="parameters",
    ),
    Field(
        name="enforce_parameter_schema",
        read=_scalar(flag),
        compare=lambda each: each.enforce_parameter_schema,
        api="enforce_parameter_schema",
    ),
    Field(
        name="parameter_schema",
        compare=lambda each: compared_schema(each.parameter_schema or NO_SCHEMA),
        is_alike=is_same_shared,
        is_declared=False,
    ),
    Field(
        name="paused",
        read=_scalar(flag),
        compare=lambda each: each.paused,
        is_optional=True,
        is_headline=True,
    ),
    Field(
        name="schedules",
        compare=lambda each: if_known(each.schedules, compared_schedules),
        is_alike=alike_schedules,
        is_headline=True,
        is_optional=True,
    ),
    Field(
        name="concurrency_limit",
        read=_scalar(_limit),
        compare=lambda each: if_known(each.concurrency_limit, compared_limit),
        is_headline=True,
    ),
    Field(
        name="work_pool",
        path="work_pool.name",
        read=_or_none,
        compare=lambda each: each.work_pool,
        is_headline=True,
        api="work_pool_name",
    ),
    Field(
        name="work_queue",
        path="work_pool.work_queue_name",
        read=_or_none,
        compare=lambda each: each.work_queue or DEFAULT_QUEUE,
        api="work_queue_name",
    ),
    Field(
        name="job_variables",
        path="work_pool.job_variables",
        read=once_per_content(_or_none),
        compare=lambda each: plain(each.job_variables),
        is_alike=is_same_shared,
    ),
    Field(
        name="pull_steps",
        path="pull",
        compare=lambda each: [compared_step(step) for step in each.pull_steps],
        is_alike=is_same_shared,
    ),
    Field(
        name="triggers",
        read=lambda triggers: tuple(trigger for trigger in triggers if trigger),
        compare=compared_triggers,
    ),
    Field(
        name="sla",
        read=tuple,
        compare=lambda each: if_known(each.sla, lambda slas: [plain(sla) for sla in slas]),
        is_optional=True,
    ),
    Field(name="project", compare=lambda each: each.project, is_declared=False),
    Field(name="origin", compare=lambda each: each.origin, is_optional=True, is_declared=False),
    Field(name="protected", read=_scalar(flag), compare=lambda each: each.protected or None),
)
