"""What a server keeps from the time of agents: blocks that said where runs start and where code lies."""

from __future__ import annotations

from collections.abc import Iterator

from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.model.block import Block

_INFRASTRUCTURE = frozenset(
    "azure-container-instance-job cloud-run-job cloud-run-job-v2 docker-container ecs-task kubernetes-job "
    "process vertex-ai-custom-training-job".split()
)
_STORAGE = frozenset("azure gcs github local-file-system remote-file-system s3 smb".split())


def is_of_agents(block: Block) -> bool:
    """Whether a deployment of agents used *block*, which no project file holds."""
    return block.type in _INFRASTRUCTURE | _STORAGE


def left_from_agents(backend: Backend) -> Iterator[Diagnostic]:
    """A warning for blocks that deployments of agents used, and that no project file holds."""
    blocks = backend.blocks()
    for kind, types in (("infrastructure", _INFRASTRUCTURE), ("storage", _STORAGE)):
        names = [f"`{block.type}/{block.name}`" for block in blocks if block.type in types]
        if names:
            yield Diagnostic(
                "not-exported",
                f"A project file cannot declare {kind} blocks, so these were skipped: {', '.join(names)}.",
                "Use work pools and pull steps instead. `syntask upgrade --from-server --all-deployments` "
                "converts the deployments that use them.",
                severity=Severity.WARNING,
            )
