"""The declarations that a command is about, where there is a backend and an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syntask_yaml.operations.choose import choose
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.declaration import Declaration

if TYPE_CHECKING:
    from syntask_yaml.operations.change_reason import ChangedSince


def choose_from(context: DeployContext, selection: Selection) -> list[Declaration]:
    """What *selection* means in the project of *context*, its templates resolved.

    Raises as `choose` does, and RevisionUnavailable.
    """
    ref = selection.changed_since
    return choose(
        context.project,
        selection,
        context.reader,
        context.resolved,
        default_pool=context.pool_of_others,
        changed=None if ref is None else context.changed_since(ref),
    )


def changes_chosen(context: DeployContext, selection: Selection) -> ChangedSince | None:
    """What changed of that which *selection* means; None if it does not ask for changes."""
    if selection.changed_since is None:
        return None
    changed = context.changed_since(selection.changed_since)
    paths = {each.node.path for each in choose_from(context, selection)}
    kept = {path: each for path, each in changed.deployments.items() if path in paths}
    return changed._replace(deployments=kept)
