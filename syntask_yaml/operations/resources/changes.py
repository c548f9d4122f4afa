"""Compare the resources of a project with those of its backend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.resource import Owner, Resource, ResourceKind, ResourceWrite, StoredResource
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.owners import is_from_elsewhere, refuse_from_elsewhere
from syntask_yaml.operations.prune import how_to_prune, still_deployed
from syntask_yaml.operations.resources.read import FoundResources
from syntask_yaml.plan.changes import Action, ResourceChange
from syntask_yaml.plan.resources import diff_resources, owner_fields
from syntask_yaml.project.resources.bind import BoundResource


def compare_resources(
    context: DeployContext,
    prepared: Sequence[BoundResource],
    found: FoundResources,
    *,
    prune: bool,
    take_over: bool,
) -> tuple[ResourceChange, ...]:
    """Return the changes that make the backend match *prepared*.

    Raises ProjectInvalid for resources of other owners, unless it is to *take_over*, BackendConflict for a
    second project of the same name.
    """
    if not (prepared or prune or take_over):
        return ()
    of_others = {
        each.resource.full_name for each in found.stored if is_of_another_target(context, each.owner)
    }
    if not take_over:
        found = _with_shared(context, prepared, found)
        for each in found.stored:
            label = f"The {each.resource.kind.value} `{each.resource.name}`"
            refuse_from_elsewhere(context, each.owner, label)
    if problems := tuple(_conflicts(context, prepared, found, take_over=take_over)):
        raise ProjectInvalid(problems)
    wanted = [each.resource for each in prepared if each.resource is not None]
    is_whole = len(wanted) == len(prepared)
    prune = prune and is_whole
    changes = diff_resources(wanted, found.stored, context.owner, prune=prune, former=found.former)
    if take_over:
        changes += _from_elsewhere(context, {each.full_name for each in changes}, found)
    return tuple(_with_holders(context, changes, found, of_others))


def _with_holders(
    context: DeployContext, changes: Sequence[ResourceChange], found: FoundResources, of_others: Set[str]
) -> Iterator[ResourceChange]:
    """Yield *changes*, without deletions of resources that other targets have or that are in *of_others*.

    Each target that declares a resource has it in its ledger. The last one deletes it.
    """
    own = context.owner.project
    held_here = found.ledger_of(own).names
    others = (each for each in found.ledgers if each.owner.project not in {own, *found.former})
    held = {name for each in others for name in each.names}
    held |= of_others
    stored = {each.resource.full_name: each for each in found.stored}
    for change in changes:
        name = change.full_name
        if name in held and change.write is not None and change.action is Action.DELETE:
            yield replace(change, action=Action.UNCHANGED, reason="Another target of the project has it.")
        elif name in held - held_here and change.action is Action.UNCHANGED:
            yield replace(change, write=ResourceWrite(stored[name], stored[name].resource))
        else:
            yield change


def _with_shared(
    context: DeployContext, prepared: Sequence[BoundResource], found: FoundResources
) -> FoundResources:
    """Return *found*, where equal declarations of another target of the project count as this one's too.

    A pool and a variable serve all targets of a backend.
    """
    wanted = {each.label: each.resource for each in prepared}

    def seen(each: StoredResource) -> StoredResource:
        resource = wanted.get(each.resource.full_name)
        own = each._replace(owner=context.owner)
        if resource is None or not is_of_another_target(context, each.owner):
            return each
        (change,) = diff_resources([resource], [own], context.owner)
        return own if change.action is Action.UNCHANGED else each

    return found._replace(stored=tuple(map(seen, found.stored)))


def is_of_another_target(context: DeployContext, owner: Owner) -> bool:
    """Return whether *owner* is another target of this project."""
    project = context.project
    is_of_project = owner.project is not None and owner.project.startswith(f"{project.name}:")
    is_other = project.target is not None and owner.project != context.owner.project
    return is_other and is_of_project and owner.origin in (None, context.origin)


def undeclared_resources(
    context: DeployContext, prepared: Sequence[BoundResource], found: FoundResources
) -> Iterator[Diagnostic]:
    """Yield a note on resources that the project no longer declares, if nothing is pruned."""
    project = context.owner.project
    if project is None or not all(each.resource for each in prepared):
        return
    declared = {each.label for each in prepared}
    left = [
        each.resource.full_name
        for each in found.stored
        if each.owner.project == project and each.resource.full_name not in declared
    ]
    what = "No longer declared, but still on the backend"
    hint = how_to_prune(context.project, are_resources=True)
    yield from still_deployed("undeclared-resource", what, left, hint)


def _conflicts(
    context: DeployContext, prepared: Sequence[BoundResource], found: FoundResources, *, take_over: bool
) -> Iterator[Diagnostic]:
    """Yield each resource of another owner, or of none, and each that cannot be changed as declared."""
    stored = {each.resource.full_name: each for each in found.stored}
    for each in prepared:
        existing = stored.get(each.label)
        if existing is None:
            continue
        is_of_target = is_of_another_target(context, existing.owner)
        if each.declared.kind is ResourceKind.WORK_QUEUE and not is_of_target:  # it belongs to its pool
            continue
        node, what = each.declared.node, f"The {each.declared.kind.value} `{each.declared.name}`"
        # Without targets, the owner is the project's name alone.
        if existing.owner.project not in _owners(context) and not take_over:
            whose = _owner_text(existing.owner.project, is_of_target=is_of_target)
            who = "target" if is_of_target else "project"
            run = f"`{context.project.deploy_command} --take-over`"
            hint = f"Rename it, or run {run} once if this {who} is to own it."
            yield node.problem("backend-conflict", f"{what} {whose}.", hint, at_key=True)
        if each.resource is not None and each.declared.kind is ResourceKind.WORK_POOL:
            yield from _check_type(each.resource, existing.resource, each)


def _owner_text(owner: str | None, *, is_of_target: bool) -> str:
    if owner is None:
        return "is on the backend and belongs to no project"
    if is_of_target:
        return f"belongs to the target `{owner.partition(':')[2]}`, which declares it otherwise"
    return f"belongs to the project `{owner}`"


def _owners(context: DeployContext) -> tuple[str | None, ...]:
    """Return the possible owners of a resource of this project: without targets, its name alone."""
    return (None,) if context.project.name is None else (context.owner.project, *context.owners_before)


def _check_type(wanted: Resource, existing: Resource, bound: BoundResource) -> Iterator[Diagnostic]:
    before, after = existing.fields["type"], wanted.fields["type"]
    if before != after:
        node = bound.declared.node.get("type") or bound.declared.node
        detail = f"The work pool `{wanted.name}` is of type `{before}`, and the type of a pool cannot change."
        yield node.problem("wrong-value", detail, "Choose another name, or delete the work pool first.")


def _from_elsewhere(
    context: DeployContext, planned: Set[str], found: FoundResources
) -> Iterator[ResourceChange]:
    """Yield further changes than *planned*, which transfer resources of another project of this name.

    They include resources deployed under its former names.
    """
    for each in found.stored:
        old, owner = each.resource, each.owner
        is_meant = is_from_elsewhere(context, owner) or owner.project in found.former
        if is_meant and old.full_name not in planned:
            fields = tuple(owner_fields(owner, context.owner))
            write = ResourceWrite(each, old)
            yield ResourceChange(Action.UPDATE, old.kind, old.name, fields, "taken over", write, each.id)
