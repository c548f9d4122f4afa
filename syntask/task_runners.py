"""`from syntask.task_runners import ThreadPoolTaskRunner, ConcurrentTaskRunner`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._engine.task_runners import ConcurrentTaskRunner, ThreadPoolTaskRunner
else:
    from prefect.task_runners import ConcurrentTaskRunner, ThreadPoolTaskRunner

__all__ = ["ConcurrentTaskRunner", "ThreadPoolTaskRunner"]
