"""Report names and values that a server would reject, at their location in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from syntask_yaml.backend.portable import IF_MOVED, check_portable
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.operations.deploy_context import DeployContext


def portability(
    made: Variable | Block | WorkPool, node: Node, context: DeployContext
) -> Iterator[Diagnostic]:
    """Yield why a server rejects *made*, declared at *node*: as warnings on other backends."""
    for problem in check_portable(made):
        placed = replace(problem, span=node.key_span, used=node.used_span, path=node.path)
        if context.backend.features.has_own_worker:
            yield placed
        else:
            yield replace(placed.as_error(), hint=placed.hint.replace(IF_MOVED, ""))
