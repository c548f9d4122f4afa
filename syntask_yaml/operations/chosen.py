"""The declarations that a command is about, where there is a backend and an environment."""

from __future__ import annotations

from syntask_yaml.operations.choose import Selection, choose
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.project.load import Declaration


def choose_from(context: DeployContext, selection: Selection) -> list[Declaration]:
    """What *selection* means in the project of *context*, its templates resolved. Raises as `choose` does."""
    return choose(
        context.project,
        selection,
        context.reader,
        context.resolved,
        default_pool=context.pool_of_others,
    )
