"""Validate a write of a deployment, and compute the stored result."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from syntask_yaml.backend.ids import check_name, new_id
from syntask_yaml.backend.schedules import merged, schedule_problem
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import BackendConflict, BackendError, BackendRefused
from syntask_yaml.model.deployment import ConcurrencyLimit, Deployment, Stored, Write
from syntask_yaml.model.schedule import Schedule
from syntask_yaml.model.value import known

_MAX_RUNS = 2**31 - 1
_TICK = timedelta(microseconds=1)


class WriteResult(NamedTuple):
    """A deployment after a write. Its other fields are those that *deployment* may leave undeclared."""

    id: str
    deployment: Deployment
    paused: bool
    schedules: tuple[Schedule, ...]
    created: datetime
    updated: datetime


def refusal(
    write: Write, stored: Stored | None, pools: Collection[str], *, is_taken: bool = False
) -> BackendError | None:
    """Return why *write* conflicts with *stored*, the deployment with the old name, or is invalid; else None.

    *is_taken*: another deployment has the new name of a rename.
    """
    try:
        if is_taken:
            raise already_exists(write.full_name)
        _check_is_current(write, stored)
        if write.after is not None:
            _check_fits(write.after, pools)
    except BackendError as error:
        return error
    return None


def already_exists(name: str) -> BackendConflict:
    """Return the error for creating a deployment whose name is taken."""
    return BackendConflict(
        f"`{name}` already exists.", hint="Run `syntask plan` again to see what would change."
    )


def outcome(after: Deployment, stored: Stored | None, now: datetime) -> WriteResult:
    """Return the result of writing *after* over *stored*. `updated` increases with each write."""
    paused, schedules = known(after.paused), known(after.schedules)
    if stored is None:
        return WriteResult(new_id(), after, bool(paused), merged(schedules, (), now), now, now)
    before = stored.deployment
    return WriteResult(
        stored.id,
        _with_defaults(after, before),
        bool(before.paused if paused is None else paused),
        merged(schedules, _schedules(before), now),
        stored.created or now,
        max(now, stored.updated + _TICK) if stored.updated else now,
    )


def _schedules(deployment: Deployment) -> Sequence[Schedule]:
    schedules = known(deployment.schedules)
    return schedules or ()


def _with_defaults(after: Deployment, before: Deployment) -> Deployment:
    version = before.version if after.version is None else after.version
    sla = before.sla if after.sla is None else after.sla
    limit, origin = limit_in_place(after, before), after.origin or before.origin
    return replace(after, version=version, sla=sla, concurrency_limit=limit, origin=origin)


def limit_in_place(after: Deployment, before: Deployment) -> ConcurrencyLimit | None:
    """Return the limit of *after*, by default with the grace period of the limit of *before*."""
    limit, old = known(after.concurrency_limit), known(before.concurrency_limit)
    if limit is None or old is None or limit.grace_period_seconds is not None:
        return limit
    return replace(limit, grace_period_seconds=old.grace_period_seconds)


def _check_is_current(write: Write, stored: Stored | None) -> None:
    before = write.before
    if before is None and stored is None:
        return
    name = write.full_name
    if before is None:
        raise already_exists(name)
    name = write.old_name or name
    if stored is None:
        raise BackendConflict(f"`{name}` was deleted since it was read.", hint="Run `syntask plan` again.")
    if (stored.id, stored.updated) != (before.id, before.updated):
        raise BackendConflict(f"`{name}` was changed since it was read.", hint="Run `syntask plan` again.")


def _check_fits(after: Deployment, pools: Collection[str]) -> None:
    check_name("flow", after.flow)
    check_name("deployment", after.name)
    pool, queue = known(after.work_pool), known(after.work_queue)
    limit, schedules = known(after.concurrency_limit), known(after.schedules)
    if queue is not None:
        check_name("work queue", queue)
    if pool is not None and pool not in pools:
        others = "Run `syntask work-pool ls` to list the work pools."
        raise BackendRefused(
            f"The backend has no work pool `{pool}`.", hint=did_you_mean(pool, pools, otherwise=others)
        )
    if limit and not 1 <= limit.limit <= _MAX_RUNS:
        raise BackendRefused("A concurrency limit must be at least 1.", hint="Omit it for no limit.")
    if schedules:
        _check_schedules(schedules)


def _check_schedules(schedules: Collection[Schedule]) -> None:
    slugs = [schedule.slug for schedule in schedules if schedule.slug is not None]
    if len(slugs) > 1 and len(set(slugs)) < len(slugs):
        twice = next(slug for slug in slugs if slugs.count(slug) > 1)
        raise BackendRefused(f"Two schedules have the slug `{twice}`.", hint="Rename one of them.")
    for schedule in schedules:
        if problem := schedule_problem(schedule):
            raise BackendRefused(f"A schedule is not valid: {problem}", hint="Fix the schedule.")
