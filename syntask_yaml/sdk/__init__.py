"""What calls of flow code do: deployments from Python, over `syntask_yaml.api`, and values of the backend.

    options of a call ─▶ entry, as the file has it ─▶ api.declare ─▶ api.plan, api.deploy ─▶ what to say

caller          where the call stands, for messages, and whether the file is only loaded
failures        what goes wrong, in words of Python
values          arguments as the values of a file
entries         the options of a deployment as an entry, with schedules in all their forms
images          images that are built
block_values    what blocks of the backend hold
blocks          blocks of the backend, and infrastructure blocks as work pools
storage_blocks  blocks that hold code
sources         where the code of a flow is: how it is read here, and pulled by runs
deploying       deployments to a backend
serving         the same, and their runs in this process's place
agents          deployments of Prefect 2
backends        the backend that flow code means
variables       variables of the backend
flow_runs       runs of deployments
slots           slots of concurrency limits
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Each call, and the module that has it. Only what is called is loaded.
_MODULES = {
    "apply_agent_deployment": "agents",
    "aserve_all": "serving",
    "call": "sources",
    "deploy_all": "deploying",
    "deploy_flow": "deploying",
    "publish": "blocks",
    "read_block": "block_values",
    "read_variable": "variables",
    "remove_variable": "variables",
    "run_deployment": "flow_runs",
    "save_block": "blocks",
    "serve_all": "serving",
    "serve_flow": "serving",
    "slots_of": "slots",
    "write_variable": "variables",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    call = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    from syntask_yaml.sdk.failures import explained

    return explained(call)
