"""Infrastructure blocks of Prefect 2: `from syntask.infrastructure import KubernetesJob`."""

from syntask._backend.blocks import DockerContainer, KubernetesJob, Process

__all__ = ["DockerContainer", "KubernetesJob", "Process"]
