"""`from syntask.deployments.runner import deploy, RunnerDeployment`, as in Prefect."""

from syntask.deployments import RunnerDeployment, deploy

__all__ = ["RunnerDeployment", "deploy"]
