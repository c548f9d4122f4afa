"""`from syntask.infrastructure.kubernetes import KubernetesJob`, as Prefect 2 has it."""

from syntask._backend.blocks import KubernetesJob

__all__ = ["KubernetesJob"]
