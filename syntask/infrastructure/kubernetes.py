"""`from syntask.infrastructure.kubernetes import KubernetesJob`, as Prefect 2 has it."""

from syntask._blocks import KubernetesJob

__all__ = ["KubernetesJob"]
