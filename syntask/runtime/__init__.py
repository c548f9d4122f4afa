"""`from syntask.runtime import flow_run, task_run, deployment`."""

from syntask.runtime import deployment, flow_run, task_run

__all__ = ["deployment", "flow_run", "task_run"]
