"""`from syntask.deployments.runner import deploy, RunnerDeployment`, as Prefect has it."""

from syntask.deployments import RunnerDeployment, deploy

__all__ = ["RunnerDeployment", "deploy"]
