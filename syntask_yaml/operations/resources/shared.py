"""Resources that a target shares with other targets, when only a part of the project is deployed."""

from __future__ import annotations

from syntask_yaml.model.resource import Resource, ResourceKind, ResourceLedger
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.resources.automations import stored_automations
from syntask_yaml.operations.resources.changes import is_of_another_target
from syntask_yaml.operations.resources.declared_automations import bind_automation
from syntask_yaml.operations.resources.kinds import KINDS
from syntask_yaml.operations.resources.read import FoundResources
from syntask_yaml.plan.changes import Plan


def claim_shared(context: DeployContext, plan: Plan) -> None:
    """Add resources that another target also has to the ledger of this one, if *plan* deploys something.

    The other target then keeps them when it is destroyed, and hands automations over.
    """
    declared = context.project.resources
    if context.project.target is None or not declared or not plan.deploys_something:
        return
    found = FoundResources(ledgers=tuple(context.backend.ledgers()))
    own = found.ledger_of(context.owner.project)
    others = [each for each in found.ledgers if is_of_another_target(context, each.owner)]
    automations = _automations(context) if any(each.may_have_automations for each in others) else frozenset()
    named = {
        Resource(each.kind, each.name).full_name
        for each in declared
        if not (KINDS[each.kind].keeps_owner or KINDS[each.kind].stays(each.name))
    }
    shared = named.intersection(frozenset().union(*(each.names for each in others))) | automations
    if not shared <= own.names:
        may_have = own.may_have_automations or bool(automations)
        context.backend.write_ledger(ResourceLedger(context.owner, own.names | shared, may_have))


def _automations(context: DeployContext) -> frozenset[str]:
    """Return the declared automations of another target: with unique names, there is one for all."""
    bound = (
        bind_automation(each, context)
        for each in context.project.resources
        if each.kind is ResourceKind.AUTOMATION
    )
    names = {each.resource.name for each in bound if each.resource is not None}
    there = stored_automations(context.backend, names, context.owner) if names else ()
    return frozenset(each.resource.full_name for each in there if is_of_another_target(context, each.owner))
