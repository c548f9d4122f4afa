"""Resources that a target shares with others of its project, where only a part of it is deployed."""

from __future__ import annotations

from syntask_yaml.model.resource import Resource, ResourceLedger
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.resources.changes import FoundResources, is_of_another_target
from syntask_yaml.operations.resources.kinds import KINDS
from syntask_yaml.plan.changes import Plan


def claim_shared(context: DeployContext, plan: Plan) -> None:
    """Note in the ledger of the target what it declares and another target has, if *plan* deploys something.

    The other one then leaves it when it is destroyed. An automation has one owner, and is left out.
    """
    declared = {
        Resource(each.kind, each.name).full_name
        for each in context.project.resources
        if not (KINDS[each.kind].keeps_owner or KINDS[each.kind].stays(each.name))
    }
    if context.project.target is None or not declared or not plan.deploys_something:
        return
    found = FoundResources(ledgers=tuple(context.backend.ledgers()))
    own = found.ledger_of(context.owner.project)
    others = (each.names for each in found.ledgers if is_of_another_target(context, each.owner))
    shared = declared.intersection(frozenset().union(*others))
    if not shared <= own.names:
        names = own.names | shared
        context.backend.write_ledger(ResourceLedger(context.owner, names, own.may_have_automations))
