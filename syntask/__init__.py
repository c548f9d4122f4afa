"""What flow code imports: `from syntask import flow, task`.

Inside a run of a Prefect worker the names are Prefect's own, so that one file runs on both.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._arguments.annotations import allow_failure, unmapped
    from syntask._definitions.decorators import flow, task
    from syntask._definitions.flow import Flow
    from syntask._definitions.task import Task
    from syntask._deployments.deploying import aserve, deploy, serve
    from syntask._runs.context import tags
    from syntask._runs.late import get_run_logger
    from syntask._runs.states import State
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
