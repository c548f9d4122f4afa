"""Find deployments and resources of a target that have expired.

Time counts from the last deploy that had a deployment among its own, changed or not; of an owner that has
only resources, from its last deploy. To destroy is no deploy: what it has left runs out as it would have, and
resources that it has left alone have run out.
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
    """What had run out was deployed again before it was deleted."""


def find_expired(context: DeployContext, now: datetime) -> list[str]:
    """Return the owners of which all has run out by *now*: the target itself, or previews in it.

    Resources alone run out only where a deploy of their owner is recorded.
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
    """Raise DeployedMeanwhile unless the owner that *context* is of has run out by *now*, or is gone."""
    owner = context.owner.project
    if owner not in find_expired(context, now) and owner in {
        *_by_owner(context),
        *_owners_of_resources(context),
    }:
        raise DeployedMeanwhile(f"`{owner}` is kept: it was deployed again in the meantime.")


def _by_owner(context: DeployContext) -> dict[str, list[Stored]]:
    """Return the deployments of the target, and of each preview in it."""
    found: dict[str, list[Stored]] = {}
    for each in context.backend.deployments():
        owner = each.deployment.project
        if owner is not None and _is_of_target(context, owner):
            found.setdefault(owner, []).append(each)
    return found


def _owners_of_resources(context: DeployContext) -> set[str]:
    """Return the target, and the previews in it, as far as they have resources.

    A server says whose an automation is only where somebody asks for an owner: it is asked for those that
    have left automations, by the records of deploys.
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
    """The owners that may have automations: by what became of each last, or because a deploy was killed."""
    last: dict[str, dict[str, str]] = {}
    destroyed: set[str] = set()
    for record in context.backend.deploy_records(context.project.title):  # the newest first
        owner = record.owner
        if owner is None or owner in destroyed:
            continue
        if record.destroys and record.result == DONE:
            destroyed.add(owner)
        else:
            last[owner] = {**_automations_of(record), **last.get(owner, {})}
    return {owner for owner, actions in last.items() if {*actions.values()} - {DID[Action.DELETE]}}


def _automations_of(record: DeployRecord) -> dict[str, str]:
    """Return what became of automations in a deploy; of any, where that is not known."""
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
    """When each deployment of *names*, and each of *owners*, was deployed last, where that is recorded."""
    last: dict[str, datetime] = {}
    last_of: dict[str, datetime] = {}
    for record in context.backend.deploy_records(context.project.title) if names or owners else ():
        time = _LONG_AGO if record.destroys else record.ended or record.began
        if not record.destroys:
            last = dict.fromkeys(names & record.deployments.keys(), time) | last
        # An older one does not say whose it is: perhaps of each.
        last_of = dict.fromkeys(owners if record.owner is None else owners & {record.owner}, time) | last_of
        if len(last) == len(names) and len(last_of) == len(owners):
            break
    return last, last_of


def _time(stored: Stored, last: Mapping[str, datetime], now: datetime) -> datetime:
    """Return when *stored* was deployed last; what nobody recorded counts from its last change."""
    return last.get(stored.deployment.full_name) or stored.updated or stored.created or now
