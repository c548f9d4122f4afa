"""What flow code imports: `from syntask import flow, task`.

Inside a run of a Prefect worker the names are Prefect's own, so that one file runs on both.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._annotations import allow_failure, unmapped
    from syntask._context import tags
    from syntask._decorators import flow, task
    from syntask._deploying import aserve, deploy, serve
    from syntask._flow import Flow
    from syntask._late import get_run_logger
    from syntask._states import State
    from syntask._task import Task
else:
    import prefect
    from prefect import (
        Flow,
        State,
        Task,
        allow_failure,
        deploy,
        flow,
        get_run_logger,
        serve,
        tags,
        task,
        unmapped,
    )

    aserve = getattr(prefect, "aserve", None)  # which the first of Prefect 3 do not have

__all__ = [
    "Flow",
    "State",
    "Task",
    "allow_failure",
    "aserve",
    "deploy",
    "flow",
    "get_run_logger",
    "serve",
    "tags",
    "task",
    "unmapped",
]
