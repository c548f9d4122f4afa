"""Keep work pools and queues that are still in use instead of deleting them.

Their users are deployments, and scheduled or running flow runs, which would be lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.model.run import BUSY, Run, StateType
from syntask_yaml.plan.changes import Action, Plan, ResourceChange

_KINDS = (ResourceKind.WORK_POOL, ResourceKind.WORK_QUEUE)
# The maximum number of runs of each kind that are counted.
_MOST = 200


def keep_used(plan: Plan, backend: Backend) -> Plan:
    """Return *plan* without deletions of pools and queues that have deployments, or unfinished runs.

    All deployments are read if there is such a deletion.
    """
    deleted = [each for each in plan.resources if _deletes(each)]
    if not deleted:
        return plan
    remaining = tuple(_remaining(plan, backend))
    runs = tuple(_staying(plan, backend, frozenset(_pool_of(each) for each in deleted)))
    return replace(plan, resources=tuple(_judged(each, remaining, runs) for each in plan.resources))


def kept_resources(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a note for each reason why *plan* keeps resources."""
    reasons: dict[str, list[str]] = {}
    for each in plan.resources:
        if each.action is Action.UNCHANGED and each.reason:
            reasons.setdefault(each.reason, []).append(f"`{each.full_name}`")
    for reason, names in reasons.items():
        yield Diagnostic("resource-kept", f"Not deleted: {', '.join(names)}. {reason}").as_warning()


def _deletes(change: ResourceChange) -> bool:
    return change.action is Action.DELETE and change.kind in _KINDS


def _remaining(plan: Plan, backend: Backend) -> Iterator[Deployment]:
    """Yield all deployments of *backend* as they are after *plan*."""
    changes = {change.deployment: change for change in plan.changes}
    for stored in backend.deployments():
        change = changes.pop(stored.deployment.full_name, None)
        if change is None or change.write is None:
            yield stored.deployment
        elif change.write.after is not None:
            yield change.write.after
    yield from (each.write.after for each in changes.values() if each.write and each.write.after)


def _staying(plan: Plan, backend: Backend, pools: frozenset[str]) -> Iterator[Run]:
    """Yield the scheduled or running runs in *pools* whose deployments *plan* does not delete."""
    now = utc_now()
    gone = {change.deployment for change in plan.changes if change.write and change.write.after is None}
    begun, waiting = BUSY | {StateType.PAUSED}, frozenset({StateType.SCHEDULED})
    yield from (
        run
        for run in backend.runs(RunFilter(pools=pools, states=begun, limit=_MOST))
        if not run.state.type.is_final
    )
    for which in (RunFilter(until=now), RunFilter(after=now)):
        for run in backend.runs(which._replace(pools=pools, states=waiting, limit=_MOST)):
            # Runs that a schedule created in advance are created again in the new pool.
            is_made_again = run.is_scheduled and run.started is None and which.after is not None
            if run.deployment not in gone and not is_made_again:
                yield run


def _judged(change: ResourceChange, remaining: Sequence[Deployment], runs: Sequence[Run]) -> ResourceChange:
    if not _deletes(change):
        return change
    users = [each for each in remaining if _uses(change, each.work_pool, each.work_queue)]
    inside = [run for run in runs if _uses(change, run.work_pool, run.work_queue)]
    reason = _used_by(users) if users else _used_for(inside) if inside else ""
    return replace(change, action=Action.UNCHANGED, reason=reason, write=None) if reason else change


def _used_by(users: Sequence[Deployment]) -> str:
    owner = f" of `{users[0].project}`" if users[0].project else ""
    more = f" and {len(users) - 1} more use it." if len(users) > 1 else " uses it."
    return f"`{users[0].full_name}`{owner}{more}"


def _used_for(runs: Sequence[Run]) -> str:
    waiting = sum(run.state.type in (StateType.SCHEDULED, StateType.PAUSED) for run in runs)
    parts = (_counted(waiting, "waits", "wait"), _counted(len(runs) - waiting, "is executed", "are executed"))
    return f"{' and '.join(filter(None, parts))} in it."


def _counted(number: int, one: str, many: str) -> str:
    least = "At least " if number >= _MOST else ""
    return "" if not number else f"1 flow run {one}" if number == 1 else f"{least}{number} flow runs {many}"


def _pool_of(change: ResourceChange) -> str:
    return change.name if change.kind is ResourceKind.WORK_POOL else change.name.partition("/")[0]


def _uses(change: ResourceChange, pool: object, queue: object) -> bool:
    if change.kind is ResourceKind.WORK_POOL:
        return pool == change.name
    return f"{pool}/{queue or DEFAULT_QUEUE}" == change.name
