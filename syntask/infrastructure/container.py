"""`from syntask.infrastructure.container import DockerContainer`, as Prefect 2 has it."""

from syntask._backend.blocks import DockerContainer

__all__ = ["DockerContainer"]
