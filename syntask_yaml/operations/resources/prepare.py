"""Prepare the resources of a project, and check them against the backend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.resources.blocks import in_order, with_secrets
from syntask_yaml.operations.resources.kinds import KINDS
from syntask_yaml.project.resources.bind import BoundResource


def prepare_resources(context: DeployContext) -> tuple[BoundResource, ...]:
    """Return each resource of the project, with its problems, in the order of writing."""
    of_kind = {
        kind: [each for each in context.resources if each.declared.kind is kind]
        for kind in KINDS
        if kind is not ResourceKind.AUTOMATION
    }
    of_kind[ResourceKind.BLOCK] = list(in_order(of_kind[ResourceKind.BLOCK]))
    prepared = [_prepare(each, context) for several in of_kind.values() for each in several]
    knowing = knowing_broken(context, prepared)
    prepared = [_with_pool(each, knowing) for each in prepared]
    return (*prepared, *_automations(knowing))


def _automations(context: DeployContext) -> Iterator[BoundResource]:
    for declared in context.project.resources:
        if declared.kind is ResourceKind.AUTOMATION:
            from syntask_yaml.operations.resources.declared_automations import bind_automation

            yield _prepare(bind_automation(declared, context), context)


def knowing_broken(context: DeployContext, resources: Iterable[BoundResource]) -> DeployContext:
    """Return *context* with the errors of *resources*, which their users share."""
    broken = {(each.declared.kind, each.declared.name): each.errors for each in resources if each.errors}
    return replace(context, broken=broken) if broken else context


def _with_pool(bound: BoundResource, context: DeployContext) -> BoundResource:
    """Return *bound*; a queue has the errors of its work pool instead of its own."""
    if bound.declared.kind is not ResourceKind.WORK_QUEUE:
        return bound
    broken = context.broken.get((ResourceKind.WORK_POOL, bound.declared.name.rpartition("/")[0]))
    return bound._replace(resource=None, diagnostics=tuple(broken)) if broken else bound


def _prepare(bound: BoundResource, context: DeployContext) -> BoundResource:
    problems = [*bound.diagnostics, *_check(bound, context)]
    judged = tuple(map(context.project.judge, problems))
    resource = None if any(each.is_error for each in judged) else bound.resource
    if resource is not None and resource.kind is ResourceKind.BLOCK:
        resource = with_secrets(resource, context.contents.block_types)
    return bound._replace(resource=resource, diagnostics=judged)


def _check(bound: BoundResource, context: DeployContext) -> Iterator[Diagnostic]:
    kind = KINDS[bound.declared.kind]
    if context.project.name is None and not kind.keeps_owner:
        detail = "A backend keeps resources under the name of their project, and this one has no `name`."
        node = context.project.document.root.get("resources") or bound.declared.node
        yield node.problem("missing-key", detail, "Add `name:` at the top of the file.", at_key=True)
    if bound.resource is not None:
        yield from kind.check(bound.resource, bound.declared.node, context)
