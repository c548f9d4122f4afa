"""`from syntask.tasks import exponential_backoff, task_input_hash`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._definitions.decorators import task
    from syntask._definitions.task import Task, exponential_backoff, task_input_hash
else:
    from prefect.tasks import Task, exponential_backoff, task, task_input_hash

__all__ = ["Task", "exponential_backoff", "task", "task_input_hash"]
