"""`from syntask.infrastructure.kubernetes import KubernetesJob`, as in Prefect 2."""

from syntask._backend.blocks import KubernetesJob

__all__ = ["KubernetesJob"]
