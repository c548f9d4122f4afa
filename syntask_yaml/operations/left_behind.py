"""Detect deployments on a server that the project no longer declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.prepare import Prepared
from syntask_yaml.operations.prune import undeclared
from syntask_yaml.operations.renames import likely_renames
from syntask_yaml.plan.changes import Plan


class LeftBehind(NamedTuple):
    """Warnings about undeclared deployments; *renames* are those of likely renames, by the old name."""

    warnings: tuple[Diagnostic, ...] = ()
    renames: Mapping[str, Diagnostic] = {}


def left_behind(
    names: Set[str], plan: Plan, prepared: Sequence[Prepared], context: DeployContext
) -> LeftBehind:
    """Return the deployments in *names* that are still stored, and no longer declared.

    Finding all deployments of a project would require reading all those of the server, so only known names
    are queried. Several previews of one target may be deployed at the same time.
    """
    if not names or context.owner.project != plan.project:
        return LeftBehind()
    stored = context.backend.deployments(names=names)
    renames = dict(likely_renames(plan, prepared, stored, context))
    others = [each for each in stored if each.deployment.full_name not in renames]
    return LeftBehind(tuple(undeclared(context, others, prepared)), renames)
