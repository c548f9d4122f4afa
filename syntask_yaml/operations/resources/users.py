"""Who still uses a work pool that is to be deleted, or a queue: it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.plan.changes import Action, Plan, ResourceChange

_KINDS = (ResourceKind.WORK_POOL, ResourceKind.WORK_QUEUE)


def keep_used(plan: Plan, backend: Backend) -> Plan:
    """*plan*, in which no pool or queue is deleted that has deployments. All are read, if it deletes any."""
    if not any(_deletes(each) for each in plan.resources):
        return plan
    remaining = tuple(_remaining(plan, backend))
    return replace(plan, resources=tuple(_judged(each, remaining) for each in plan.resources))


def kept_resources(plan: Plan) -> Iterator[Diagnostic]:
    """Say what *plan* does not delete because somebody uses it, once for each reason."""
    reasons: dict[str, list[str]] = {}
    for each in plan.resources:
        if each.action is Action.UNCHANGED and each.reason:
            reasons.setdefault(each.reason, []).append(f"`{each.full_name}`")
    for reason, names in reasons.items():
        yield Diagnostic("resource-kept", f"Not deleted: {', '.join(names)}. {reason}").as_warning()


def _deletes(change: ResourceChange) -> bool:
    return change.action is Action.DELETE and change.kind in _KINDS


def _remaining(plan: Plan, backend: Backend) -> Iterator[Deployment]:
    """All deployments of *backend* as they are after *plan*."""
    changes = {change.deployment: change for change in plan.changes}
    for stored in backend.deployments():
        change = changes.pop(stored.deployment.full_name, None)
        if change is None or change.write is None:
            yield stored.deployment
        elif change.write.after is not None:
            yield change.write.after
    yield from (each.write.after for each in changes.values() if each.write and each.write.after)


def _judged(change: ResourceChange, remaining: Sequence[Deployment]) -> ResourceChange:
    users = [each for each in remaining if _uses(each, change)] if _deletes(change) else []
    if not users:
        return change
    owner = f" of `{users[0].project}`" if users[0].project else ""
    more = f" and {len(users) - 1} more use it." if len(users) > 1 else " uses it."
    reason = f"`{users[0].full_name}`{owner}{more}"
    return replace(change, action=Action.UNCHANGED, reason=reason, write=None)


def _uses(deployment: Deployment, change: ResourceChange) -> bool:
    if change.kind is ResourceKind.WORK_POOL:
        return deployment.work_pool == change.name
    return f"{deployment.work_pool}/{deployment.work_queue or DEFAULT_QUEUE}" == change.name
