"""The interface for flow code: `from syntask import flow, task`.

In a run of a Prefect worker, the names are those of Prefect, so that one file runs on both.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from syntask._arguments.annotations import allow_failure, unmapped
    from syntask._definitions.decorators import flow, task
    from syntask._definitions.flow import Flow
    from syntask._definitions.task import Task
    from syntask._deployments.deploying import aserve, deploy, serve
    from syntask._runs.context import tags
    from syntask._runs.late import get_run_logger
    from syntask._runs.states import State

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

_HOMES = {
    "Flow": "syntask._definitions.flow",
    "State": "syntask._runs.states",
    "Task": "syntask._definitions.task",
    "allow_failure": "syntask._arguments.annotations",
    "aserve": "syntask._deployments.deploying",
    "deploy": "syntask._deployments.deploying",
    "flow": "syntask._definitions.decorators",
    "get_run_logger": "syntask._runs.late",
    "serve": "syntask._deployments.deploying",
    "tags": "syntask._runs.context",
    "task": "syntask._definitions.decorators",
    "unmapped": "syntask._arguments.annotations",
}
_IS_RUN_OF_PREFECT = bool(os.environ.get("PREFECT__FLOW_RUN_ID"))

if not TYPE_CHECKING:

    def __getattr__(name):
        """Load a name on first use: the command needs modules of this package, but no flows."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = __import__("prefect" if _IS_RUN_OF_PREFECT else _HOMES[name], fromlist=[name])
        # Early versions of Prefect 3 have no `aserve`.
        value = getattr(module, name, None) if name == "aserve" else getattr(module, name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *__all__})
