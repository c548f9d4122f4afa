"""Determine and check the owners of deployments and resources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from syntask_yaml.errors import BackendConflict
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.resource import Owner
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.plan.changes import Action, Change, FieldChange


def check_owners(
    context: DeployContext, wanted: Sequence[Deployment], actual: Sequence[Stored], *, prune: bool
) -> None:
    """Raise BackendConflict for deployments of another project, or of a second project of the same name."""
    owners = {each.deployment.full_name: each.deployment.project for each in actual}
    for deployment in wanted:
        for name in filter(None, (deployment.full_name, deployment.renamed_from)):
            is_own = deployment.project is not None
            if not (is_own and owners.get(name) in context.owners_before):
                _reject_other_owner(context, owners.get(name), deployment.project, name)
    if prune or any(deployment.project is not None for deployment in wanted):
        for each in actual:
            refuse_from_elsewhere(context, each.deployment, f"`{each.deployment.full_name}`")


def _reject_other_owner(context: DeployContext, owner: str | None, project: str | None, name: str) -> None:
    """Raise BackendConflict if the *owner* of the deployment *name* is not *project*."""
    if owner not in (None, project):
        hint = (
            "Rename the deployment, or, if the project was renamed, run "
            f"`{context.project.deploy_command} --take-over` once."
        )
        if _are_targets(owner, project):
            hint = (
                "A backend has one deployment of a name. Give one of the targets a `name_prefix`, or another "
                "`backend`."
            )
        raise BackendConflict(f"`{name}` belongs to the project `{owner}`.", hint=hint)


def _are_targets(*owners: str | None) -> bool:
    """Return whether *owners* are targets of one project."""
    parts = [(owner or "").partition(":") for owner in owners]
    return all(colon for _, colon, _ in parts) and len({name for name, _, _ in parts}) == 1


def refuse_from_elsewhere(context: DeployContext, old: Deployment | Owner, label: str) -> None:
    """Raise BackendConflict if a second project of the same name deployed *old*, called *label*."""
    if is_from_elsewhere(context, old):
        raise BackendConflict(
            f"{label} belongs to a project `{context.owner.project}` that was deployed from "
            f"{_place(old.origin)}, and this one is {_place(context.origin)}.",
            hint=(
                "Change the `name:` of one of the projects, or, if the project moved, run "
                f"`{context.project.deploy_command} --take-over` once."
            ),
        )


def _place(origin: str | None) -> str:
    """Return an origin for display, without the folder of a repository if it is the root."""
    return f"`{(origin or '').removesuffix(':.')}`"


def refuse_second_project(context: DeployContext, origins: Set[str]) -> None:
    """Raise BackendConflict if the project was deployed from another of *origins* that is still in use.

    On a server, a plan reads only the names that it declares. Two projects of one name without common
    deployments would go unnoticed until one of them prunes those of the other.
    """
    if context.origin is None or origins <= {context.origin}:
        return
    owners = [owner for owner in (context.owner.project, *context.owners_before) if owner is not None]
    check_owners(context, (), context.backend.deployments(projects=owners, names=()), prune=True)


def taken_over(
    context: DeployContext, changes: Sequence[Change], actual: Sequence[Stored], former: Set[str | None]
) -> Iterator[Change]:
    """Yield further changes that transfer deployments of another project of this name to this project.

    They include those deployed under its *former* names.
    """
    planned = {name for each in changes for name in (each.deployment, each.write and each.write.old_name)}
    for each in actual:
        old = each.deployment
        is_meant = is_from_elsewhere(context, old) or old.project in former
        if is_meant and old.full_name not in planned:
            after = replace(old, origin=context.origin, project=context.owner.project)
            pairs = {"project": (old.project, after.project), "origin": (old.origin, after.origin)}
            fields = tuple(FieldChange(key, *pair) for key, pair in pairs.items() if len(set(pair)) > 1)
            yield Change(Action.UPDATE, old.full_name, fields, "taken over", Write(each, after), each.id)


def is_from_elsewhere(context: DeployContext, old: Deployment | Owner) -> bool:
    """Return whether a project of the same name deployed *old* from another known origin."""
    own = context.origin
    is_own = old.project in {context.owner.project, *context.owners_before}
    return own is not None and is_own and old.origin not in (None, own)
