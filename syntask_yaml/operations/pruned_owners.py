"""Determine the owners whose deployments a deploy prunes: the project, and its former names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from pathlib import Path

from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.resource import Owner, ResourceLedger
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.request import Request

_NAME = re.compile(r"^name:\s*(?P<quote>[\"']?)(?P<name>.*?)(?P=quote)\s*(?:#.*)?$", re.MULTILINE)


def pruned_owners(
    context: DeployContext, request: Request, names: Set[str], stored: Sequence[Stored]
) -> frozenset[str]:
    """Return the owners whose deployments are pruned. Raises BackendRefused if owners are not stored.

    A project that takes over deployments *stored* under *names* takes all of their former owner.
    """
    if context.owner.project is None:
        return frozenset()
    if "project" in context.backend.features.forgets:
        raise BackendRefused(
            "The server is too old to store which project a deployment belongs to, which `--prune` requires.",
            hint="Upgrade the server, or delete deployments with `syntask deployment delete`.",
        )
    former = former_owners(context, names, stored) if request.take_over else frozenset()
    return former | {context.owner.project}


def former_names(
    context: DeployContext, request: Request, names: Set[str], stored: Sequence[Stored]
) -> frozenset[str] | None:
    """Return the former names of the project, as `former_owners` does; None unless *request* takes over.

    Deployments under these names are pruned or taken over: later, their origin is no longer known.
    """
    return former_owners(context, names, stored) if request.take_over else None


def former_owners(context: DeployContext, names: Set[str], stored: Sequence[Stored]) -> frozenset[str]:
    """Return the owners of the *stored* deployments in *names* with the same origin and target.

    The name of another file in the folder is no former name: that file still deploys under it.
    """
    owners = (each.deployment for each in stored if each.deployment.full_name in names)
    return _former(context, owners)


def former_owners_of_resources(
    context: DeployContext, names: Set[str], ledgers: Sequence[ResourceLedger]
) -> frozenset[str]:
    """Return the former owners by the *names* of resources and their owners in *ledgers*."""
    return _former(context, (each.owner for each in ledgers if names & each.names))


def _former(context: DeployContext, owners: Iterable[Deployment | Owner]) -> frozenset[str]:
    project, _, target = (context.owner.project or "").partition(":")
    existing = {each.project or "" for each in owners if each.origin == context.origin}
    others = {owner: owner.partition(":") for owner in existing if owner}
    found = {owner for owner, (name, _, of) in others.items() if name != project and of == target}
    beside = _sibling_project_names(context.project.file) if found and context.project.file else frozenset()
    return frozenset(owner for owner in found if others[owner][0] not in beside)


def _sibling_project_names(file: Path) -> frozenset[str]:
    """Return the names of the projects in the other files of the folder of *file*."""
    files = (each for each in file.parent.iterdir() if each.suffix in (".yaml", ".yml") and each.is_file())
    texts = (each.read_text(encoding="utf-8", errors="replace") for each in files if each != file)
    return frozenset(match["name"] for text in texts for match in _NAME.finditer(text))
