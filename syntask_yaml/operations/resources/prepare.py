"""What the resources of a project ask for, checked against the backend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.resources.blocks import in_order, with_secrets
from syntask_yaml.operations.resources.declared_automations import bind_automation
from syntask_yaml.operations.resources.kinds import KINDS
from syntask_yaml.project.resources import BoundResource


def prepare_resources(context: DeployContext) -> tuple[BoundResource, ...]:
    """What each resource of the project asks for, with its problems, in the order of writing."""
    automations = (each for each in context.project.resources if each.kind is ResourceKind.AUTOMATION)
    bound = (*context.resources, *(bind_automation(each, context) for each in automations))
    of_kind = {kind: [each for each in bound if each.declared.kind is kind] for kind in KINDS}
    of_kind[ResourceKind.BLOCK] = list(in_order(of_kind[ResourceKind.BLOCK]))
    return tuple(_prepare(each, context) for several in of_kind.values() for each in several)


def knowing_broken_pools(context: DeployContext, resources: Iterable[BoundResource]) -> DeployContext:
    """Return *context*, in which deployments have the errors of their work pools among *resources*."""
    pools = (each for each in resources if each.declared.kind is ResourceKind.WORK_POOL)
    broken = {each.declared.name: each.errors for each in pools if each.errors}
    return replace(context, broken_pools=broken) if broken else context


def _prepare(bound: BoundResource, context: DeployContext) -> BoundResource:
    problems = [*bound.diagnostics, *_check(bound, context)]
    judged = tuple(map(context.project.judge, problems))
    resource = None if any(each.is_error for each in judged) else bound.resource
    if resource is not None and resource.kind is ResourceKind.BLOCK:
        resource = with_secrets(resource, context.block_types)
    return replace(bound, resource=resource, diagnostics=judged)


def _check(bound: BoundResource, context: DeployContext) -> Iterator[Diagnostic]:
    kind = KINDS[bound.declared.kind]
    if context.project.name is None and not kind.keeps_owner:
        detail = "A backend keeps resources under the name of their project, and this one has no `name`."
        node = context.project.document.root.get("resources") or bound.declared.node
        yield node.problem("missing-key", detail, "Add `name:` at the top of the file.", at_key=True)
    if bound.resource is not None:
        yield from kind.check(bound.resource, bound.declared.node, context)
