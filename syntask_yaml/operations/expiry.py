"""Find deployments and resources of a target that have expired.

The time counts from the last deploy that included the deployment, changed or not; for an owner with only
resources, from its last deploy. A destroy does not reset the time: what it leaves expires as before, and
resources that it leaves alone have expired.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import UTC, datetime
from itertools import chain

from syntask_yaml.errors import PruneRefused
from syntask_yaml.model.deploy_record import DONE, NOT_FINISHED, DeployRecord
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.outcome import DONE as DID
from syntask_yaml.plan.changes import Action

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class DeployedMeanwhile(PruneRefused):
    """An expired deployment was deployed again before it was deleted."""


def find_expired(context: DeployContext, now: datetime) -> list[str]:
    """Return the owners whose deployments have all expired by *now*: the target itself, or previews in it.

    Owners with only resources expire only if a deploy of theirs is recorded.
    """
    target = context.project.target
    if target is None or target.lifetime is None:
        return []
    deployed = _by_owner(context)
    alone = _owners_of_resources(context) - deployed.keys()
    names = {each.deployment.full_name for each in chain.from_iterable(deployed.values())}
    last, last_of = _last_deploys(context, names, alone)
    times = {owner: [_time(each, last, now) for each in stored] for owner, stored in deployed.items()}
    times |= {owner: [last_of.get(owner, now)] for owner in sorted(alone)}
    return [owner for owner, found in times.items() if max(found) < now - target.lifetime]


def refuse_deployed(context: DeployContext, now: datetime) -> None:
    """Raise DeployedMeanwhile unless the owner of *context* has expired by *now*, or has nothing left."""
    owner = context.owner.project
    if owner not in find_expired(context, now) and owner in {
        *_by_owner(context),
        *_owners_of_resources(context),
    }:
        raise DeployedMeanwhile(f"`{owner}` is kept: it was deployed again in the meantime.")


def _by_owner(context: DeployContext) -> dict[str, list[Stored]]:
    """Return the deployments of the target, and of each preview in it, by owner."""
    found: dict[str, list[Stored]] = {}
    for each in context.backend.deployments():
        owner = each.deployment.project
        if owner is not None and _is_of_target(context, owner):
            found.setdefault(owner, []).append(each)
    return found


def _owners_of_resources(context: DeployContext) -> set[str]:
    """Return the target, and the previews in it, if they have resources.

    A server returns the owner of automations only on request for one owner, so only the owners that have
    automations by the records of their deploys are requested.
    """
    backend, whole = context.backend, context.project.owner
    owners = {each.owner.project for each in backend.ledgers()}
    if backend.features.has_owners:
        owners |= {each.automation.project for each in backend.automations()}
    else:
        asked = {whole, *_with_automations(context)} - owners
        owners |= {each for each in asked if each is not None and backend.automations(project=each)}
    return {owner for owner in owners if owner is not None and _is_of_target(context, owner)}


def _with_automations(context: DeployContext) -> set[str]:
    """Return the owners that may have automations, by the last result of each, or after a killed deploy."""
    last: dict[str, dict[str, str]] = {}
    destroyed: set[str] = set()
    for record in context.backend.deploy_records(context.project.title):  # newest first
        owner = record.owner
        if owner is None or owner in destroyed:
            continue
        if record.destroys and record.result == DONE:
            destroyed.add(owner)
        else:
            last[owner] = {**_automations_of(record), **last.get(owner, {})}
    return {owner for owner, actions in last.items() if {*actions.values()} - {DID[Action.DELETE]}}


def _automations_of(record: DeployRecord) -> dict[str, str]:
    """Return the results for automations in a deploy; a generic entry if they are unknown."""
    if record.result == NOT_FINISHED:
        return {"": NOT_FINISHED}
    prefix = f"{ResourceKind.AUTOMATION.value} "
    return {name: action for name, action in record.resources.items() if name.startswith(prefix)}


def _is_of_target(context: DeployContext, owner: str) -> bool:
    whole = context.project.owner
    return whole is not None and f"{owner}:".startswith(f"{whole}:")


def _last_deploys(
    context: DeployContext, names: Set[str], owners: Set[str]
) -> tuple[Mapping[str, datetime], Mapping[str, datetime]]:
    """Return the recorded time of the last deploy of each deployment in *names*, and of each of *owners*."""
    last: dict[str, datetime] = {}
    last_of: dict[str, datetime] = {}
    for record in context.backend.deploy_records(context.project.title) if names or owners else ():
        time = _LONG_AGO if record.destroys else record.ended or record.began
        if not record.destroys:
            last = dict.fromkeys(names & record.deployments.keys(), time) | last
        # Older records do not name the owner, so they count for every one.
        last_of = dict.fromkeys(owners if record.owner is None else owners & {record.owner}, time) | last_of
        if len(last) == len(names) and len(last_of) == len(owners):
            break
    return last, last_of


def _time(stored: Stored, last: Mapping[str, datetime], now: datetime) -> datetime:
    """Return the time of the last deploy of *stored*, or of its last change if none is recorded."""
    return last.get(stored.deployment.full_name) or stored.updated or stored.created or now
