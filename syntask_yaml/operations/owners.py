"""Whose deployments are: the project that deployed them, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from syntask_yaml.errors import BackendConflict
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.plan.changes import Action, Change, FieldChange


def check_owners(
    context: DeployContext, wanted: Sequence[Deployment], actual: Sequence[Stored], *, prune: bool
) -> None:
    """Raise BackendConflict for what another project owns, and for a second project of the same name."""
    owners = {each.deployment.full_name: each.deployment.project for each in actual}
    for deployment in wanted:
        for name in filter(None, (deployment.full_name, deployment.renamed_from)):
            owner = owners.get(name)
            if owner is not None and owner != deployment.project:
                detail = f"`{name}` belongs to the project `{owner}`."
                hint = "Rename the deployment, or, if the project was renamed, pass `--take-over`."
                raise BackendConflict(detail, hint=hint)
    if prune or any(deployment.project is not None for deployment in wanted):
        for other in _from_elsewhere(context, actual):
            raise BackendConflict(
                f"`{other.deployment.full_name}` belongs to a project `{context.project.name}` that was "
                f"deployed from {other.deployment.origin}, and this one is {context.origin}.",
                hint=(
                    "Change the `name:` of one of the projects, or, if the project moved, pass "
                    "`--take-over` once."
                ),
            )


def taken_over(context: DeployContext, planned: Set[str], actual: Sequence[Stored]) -> Iterator[Change]:
    """The changes that make this project's what one of the same name deployed, beyond what is *planned*."""
    for each in _from_elsewhere(context, actual):
        had = each.deployment
        if had.full_name not in planned:
            after = replace(had, origin=context.origin)
            field = FieldChange("origin", had.origin, after.origin)
            yield Change(Action.UPDATE, had.full_name, (field,), "taken over", Write(each, after), each.id)


def _from_elsewhere(context: DeployContext, actual: Sequence[Stored]) -> Iterator[Stored]:
    """What a project of the same name deployed from another place. Old deployments do not say from where."""
    own = context.origin
    for each in actual:
        had = each.deployment
        if own is not None and had.project == context.project.name and had.origin not in (None, own):
            yield each
