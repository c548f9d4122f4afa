"""What of a target has run out: what was not deployed for as long as the target `expires`.

Time counts from the last deploy that had a deployment among its own, changed or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syntask_yaml.model.deployment import Stored
from syntask_yaml.operations.deploy_context import DeployContext


def find_expired(context: DeployContext, now: datetime) -> list[str]:
    """The owners whose deployments have all run out by *now*: the target itself, or previews in it."""
    target = context.project.target
    if target is None or target.lifetime is None:
        return []
    owned = _by_owner(context)
    last = _last_deploys(context, {name for each in owned.values() for name in _names(each)})
    oldest = now - target.lifetime
    return [
        owner for owner, stored in owned.items() if all(_time(each, last, now) < oldest for each in stored)
    ]


def _by_owner(context: DeployContext) -> dict[str, list[Stored]]:
    """What the target has deployed, and each preview in it."""
    whole, found = context.project.owner, dict[str, list[Stored]]()
    for each in context.backend.deployments() if whole is not None else ():
        owner = each.deployment.project
        if owner is not None and f"{owner}:".startswith(f"{whole}:"):
            found.setdefault(owner, []).append(each)
    return found


def _last_deploys(context: DeployContext, names: set[str]) -> dict[str, datetime]:
    """When each of *names* was deployed last, as far as that is recorded."""
    last: dict[str, datetime] = {}
    for record in context.backend.deploy_records(context.project.title) if names else ():
        for name in names & record.deployments.keys():
            last.setdefault(name, record.ended or record.began)
        if len(last) == len(names):
            break
    return last


def _names(stored: Sequence[Stored]) -> set[str]:
    return {each.deployment.full_name for each in stored}


def _time(stored: Stored, last: dict[str, datetime], now: datetime) -> datetime:
    """When *stored* was deployed last; what nobody recorded counts from its last change."""
    return last.get(stored.deployment.full_name) or stored.updated or stored.created or now
