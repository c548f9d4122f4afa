"""`from syntask.infrastructure.container import DockerContainer`, as in Prefect 2."""

from syntask._backend.blocks import DockerContainer

__all__ = ["DockerContainer"]
