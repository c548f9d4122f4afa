"""Convert deployments and their schedules to and from rows.

Columns are read by position: a lookup by name doubles the time to read ten thousand deployments.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from functools import lru_cache
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from syntask_yaml.backend.apply_write import WriteResult
from syntask_yaml.backend.embedded.codec import from_json, from_moment, to_json, to_moment
from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit, Deployment, Stored
from syntask_yaml.model.schedule import Cron, Schedule, Timing, timing_from_dict, timing_to_dict
from syntask_yaml.model.shared import once_per_content, once_per_object
from syntask_yaml.model.value import Value, known

# The fields with their own columns, and those that only declared deployments have.
_COLUMNS = frozenset("flow name project work_pool work_queue paused concurrency_limit schedules".split())
_WANTED_ONLY = frozenset({"version_type", "renamed_from"})
# Fields that many deployments share: one column of JSON, cached in memory.
_ALIKE = ("parameter_schema", "pull_steps")
# The other fields, with their defaults.
_OWN: tuple[tuple[str, Any], ...] = tuple(
    (field.name, field.default if field.default_factory is MISSING else field.default_factory())
    for field in fields(Deployment)
    if field.name not in {*_COLUMNS, *_WANTED_ONLY, *_ALIKE}
)
_own_values = attrgetter(*(name for name, _ in _OWN))

# The time of the next check of a schedule that was just written.
_IMMEDIATELY = 0

# The columns of the schedule in a row of `deployments_with_schedules`.
_SCHEDULE = slice(14, 20)


def new_row(done: WriteResult) -> tuple[Any, ...]:
    """Return the values for `insert_deployment`."""
    return *changed_row(done), done.deployment.flow, done.deployment.name, to_moment(done.created)


def changed_row(done: WriteResult) -> tuple[Any, ...]:
    """Return the values for `update_deployment`: the mutable columns, then the id."""
    deployment = done.deployment
    limit = known(deployment.concurrency_limit)
    return (
        deployment.project,
        deployment.work_pool,
        deployment.work_queue,
        done.paused,
        limit and limit.limit,
        limit and limit.collision_strategy.value,
        limit and limit.grace_period_seconds,
        _document(deployment),
        _alike(deployment),
        to_moment(done.updated),
        done.id,
    )


def _document(deployment: Deployment) -> str:
    values = zip(_OWN, _own_values(deployment), strict=True)
    return to_json({name: value for (name, default), value in values if value != default})


def _alike(deployment: Deployment) -> str:
    texts = ((name, _text_of_shared(getattr(deployment, name))) for name in _ALIKE)
    return "{" + ",".join(f'"{name}":{text}' for name, text in texts) + "}"


_text_of_shared = once_per_object(to_json)


def schedule_rows(done: WriteResult) -> Iterator[tuple[Any, ...]]:
    """Yield the values for `insert_schedule`, so that the runs of each schedule are created again."""
    made_until = to_moment(done.updated)
    for position, schedule in enumerate(done.schedules):
        timing = schedule.timing
        look_again = _IMMEDIATELY if schedule.active and not done.paused else None
        yield (
            *(done.id, position, made_until, look_again),
            *(schedule.id, schedule.slug, schedule.active),
            _cron_text(timing) if isinstance(timing, Cron) else to_json(timing_to_dict(timing)),
            to_json(schedule.parameters) if schedule.parameters else "{}",
        )


@lru_cache(maxsize=4096)
def _cron_text(cron: Cron) -> str:
    return to_json(timing_to_dict(cron))


def stored_deployments(rows: Iterable[sqlite3.Row]) -> Iterator[Stored]:
    """Yield the deployments in rows of `deployments_with_schedules`, which are grouped by deployment."""
    for _, group in groupby(rows, key=itemgetter(0)):
        yield _stored(list(group))


def _stored(rows: list[sqlite3.Row]) -> Stored:
    id_, flow, name, project, pool, queue, is_paused, *limit, document, alike, created, updated = rows[0][
        : _SCHEDULE.start
    ]
    deployment = Deployment(
        flow=flow,
        name=name,
        project=project,
        work_pool=pool,
        work_queue=queue,
        paused=bool(is_paused),
        concurrency_limit=_limit(*limit),
        schedules=tuple(schedule_of(row) for row in rows if row[_SCHEDULE.start] is not None),
        **{**_fields(document), **_fields_alike(alike)},
    )
    return Stored(id_, deployment, from_moment(created), from_moment(updated))


def _fields(text: str) -> Mapping[str, Any]:
    """Return the fields in the JSON of `_document` or `_alike`, with lists as tuples."""
    found: dict[str, Any] = from_json(text)
    for name, value in found.items():
        if isinstance(value, list):
            found[name] = tuple(value)
        elif name == "job_variables":
            found[name] = _interned(value)
    return found


@once_per_content
def _interned(value: Value) -> Value:
    """Return one shared object for all equal values."""
    return value


_fields_alike = lru_cache(maxsize=4096)(_fields)
_parameters = lru_cache(maxsize=4096)(from_json)


@lru_cache(maxsize=4096)
def _timing(text: str) -> Timing:
    return timing_from_dict(from_json(text))


def _limit(limit: int | None, strategy: str, grace: int | None) -> ConcurrencyLimit | None:
    return None if limit is None else ConcurrencyLimit(limit, CollisionStrategy(strategy), grace)


def schedule_of(row: sqlite3.Row) -> Schedule:
    """Return the schedule in a row of `deployments_with_schedules`."""
    id_, slug, is_active, timing, parameters, problem = row[_SCHEDULE]
    return Schedule(
        timing=_timing(timing),
        active=bool(is_active),
        parameters=_parameters(parameters),
        slug=slug,
        id=id_,
        problem=problem,
    )
