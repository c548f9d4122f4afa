"""Deployments from Python: what the methods of flows do, over `syntask_yaml.api`.

    options of a call ─▶ entry, as the file has it ─▶ api.declare ─▶ api.plan, api.deploy ─▶ what to say

caller          where the call stands, for messages
guard           calls in a file that is only loaded
failures        what goes wrong, in words of Python
values          arguments as the values of a file
schedules       schedules in all their forms
entries         the options of a deployment as an entry
images          images that are built
blocks          blocks of the backend, and infrastructure blocks as work pools
storage_blocks  blocks that hold code
sources         where the code of a flow is: how it is read here, and pulled by runs
deploying       deployments to a backend
serving         the same, and their runs in this process's place
agents          deployments of Prefect 2
"""

from syntask_yaml.sdk import agents, blocks, deploying, serving
from syntask_yaml.sdk.failures import explained
from syntask_yaml.sdk.sources import call

apply_agent_deployment = explained(agents.apply_agent_deployment)
publish = explained(blocks.publish)
read_block = explained(blocks.read_block)
save_block = explained(blocks.save_block)
deploy_all = explained(deploying.deploy_all)
deploy_flow = explained(deploying.deploy_flow)
serve_all = explained(serving.serve_all)
serve_flow = explained(serving.serve_flow)

__all__ = [
    "apply_agent_deployment",
    "call",
    "deploy_all",
    "deploy_flow",
    "publish",
    "read_block",
    "save_block",
    "serve_all",
    "serve_flow",
]
