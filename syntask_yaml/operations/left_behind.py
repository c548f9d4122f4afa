"""What a server still has of a project that declares it no more."""

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
    """Warnings of what is still deployed; *renames* are of what was likely only renamed, by its old name."""

    warnings: tuple[Diagnostic, ...] = ()
    renames: Mapping[str, Diagnostic] = {}


def left_behind(
    names: Set[str], plan: Plan, prepared: Sequence[Prepared], context: DeployContext
) -> LeftBehind:
    """What the backend still has of *names*, which were deployed and are not declared.

    To find the deployments of a project, a server would have to be asked for all that it has; so it is asked
    for those that are known. Of previews of one target, each is deployed beside others.
    """
    if not names or context.owner.project != plan.project:
        return LeftBehind()
    stored = context.backend.deployments(names=names)
    renames = dict(likely_renames(plan, prepared, stored, context))
    others = [each for each in stored if each.deployment.full_name not in renames]
    return LeftBehind(tuple(undeclared(context, others, prepared)), renames)
