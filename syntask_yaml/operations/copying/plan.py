"""Plan a copy: read both sides, write nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from syntask_yaml.backend.base import Backend
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.copying.changes import CopyChange, CopyKind, CopyPlan, CopyPolicy
from syntask_yaml.operations.copying.deployments import deployment_changes, finished, schedule_changes
from syntask_yaml.operations.copying.notes import notes
from syntask_yaml.operations.copying.pools import pool_changes, queue_changes
from syntask_yaml.operations.copying.references import Expected
from syntask_yaml.operations.copying.values import block_changes, limit_changes, variable_changes

_VALUES = frozenset({CopyKind.VARIABLE, CopyKind.BLOCK, CopyKind.CONCURRENCY_LIMIT})
_DEPLOYED = frozenset({CopyKind.DEPLOYMENT, CopyKind.SCHEDULES})


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOptions:
    """The *kinds* of objects to copy, and whether differing objects of the destination *is_overwritten*."""

    kinds: frozenset[CopyKind] = frozenset(CopyKind)
    is_overwritten: bool = False


def plan_copy(
    source: Backend,
    destination: Backend,
    options: CopyOptions,
    *,
    moving: Collection[str] = (),
    unfinished: Collection[str] = (),
) -> CopyPlan:
    """Return the plan for a copy of *source* to *destination*.

    From an interrupted copy, *moving* are deployments whose schedules it stopped and did not start,
    *unfinished* those whose triggers it may not have written. Raises UsageError if both are the same backend.
    """
    here, existing = Contents(source), Contents(destination)
    _check_sides(here, existing)
    changes = tuple(_changes(here, existing, options, moving, unfinished))
    return CopyPlan(source.url, destination.url, changes, tuple(notes(here, existing, changes)))


def _check_sides(source: Contents, destination: Contents) -> None:
    ids = {pool.id for pool in source.pools.values()} & {pool.id for pool in destination.pools.values()}
    if source.backend.url == destination.backend.url or ids - {None}:
        raise UsageError(
            f"The backend to copy from is the one to copy to, {destination.backend.url}.",
            hint="Name the one to copy from: `syntask --backend embedded backend copy …`.",
        )


def _changes(
    source: Contents,
    destination: Contents,
    options: CopyOptions,
    moving: Collection[str],
    unfinished: Collection[str],
) -> Iterator[CopyChange]:
    kinds, policy = options.kinds, CopyPolicy(options.is_overwritten)
    values: list[CopyChange] = []
    if CopyKind.VARIABLE in kinds:
        values += variable_changes(source, destination, policy)
    if CopyKind.BLOCK in kinds:
        values += block_changes(source, destination, policy)
    if CopyKind.CONCURRENCY_LIMIT in kinds:
        values += limit_changes(source, destination, policy)
    yield from values
    if not kinds - _VALUES:
        return
    expected = Expected.of(destination, values)
    pools: dict[str, CopyChange] = {}
    if CopyKind.WORK_POOL in kinds:
        pools = {change.name: change for change in pool_changes(source, destination, policy, expected)}
        yield from pools.values()
        yield from queue_changes(source, destination, policy, pools)
    if not kinds & _DEPLOYED:
        return
    found = deployment_changes(source, destination, policy, pools=pools, expected=expected)
    deployments = {each.name: finished(each) if each.name in unfinished else each for each in found}
    if CopyKind.DEPLOYMENT in kinds:
        yield from deployments.values()
    if CopyKind.SCHEDULES in kinds:
        yield from schedule_changes(source, deployments, moving, copies=CopyKind.DEPLOYMENT in kinds)
