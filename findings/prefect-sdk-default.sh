#!/bin/sh
# Prefect 3.9.1: in a client made by `prefect sdk generate`, `run(env="dev")` starts a run with `env="prod"`.
#
# Behaviour: the generated `run` leaves out each argument that equals the default of the flow's parameter. The server then
# takes the value that the deployment sets for it. So an argument is kept unless it is the flow's default, and then
# it is the deployment's value that counts. `None` of a parameter without a value is left out as well.
# Seen, for `def load(env="dev", full=False)` and a deployment with `parameters: {env: prod, full: true}`:
#   run(env="dev", full=False)    env prod, full True        run(env="test", full=False)    env test, full True
# Why it matters: a deployment for production differs from the flow's defaults, which are made for a try. Who asks in
# words for the harmless values gets the others, in production, and a test with any other value shows that arguments
# work. Use `run_deployment`, which sends what it is given.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import os
import subprocess
import sys
from pathlib import Path

from prefect import __version__, flow, get_client
from prefect.deployments import run_deployment
from prefect.utilities.callables import parameter_schema


@flow
def load(env: str = "dev", full: bool = False):
    pass


async def deploy():
    async with get_client() as client:
        await client.create_deployment(
            await client.create_flow(load),
            "production",
            parameters={"env": "prod", "full": True},
            parameter_openapi_schema=parameter_schema(load).model_dump_for_openapi(),
        )


asyncio.run(deploy())
os.chdir(Path(__file__).parent)
command = Path(sys.executable).with_name("prefect")
subprocess.run([command, "sdk", "generate", "--output", "team.py"], check=True, stdout=subprocess.DEVNULL)
from team import deployments

NAME = "load/production"
for asked in ({"env": "dev", "full": False}, {"env": "test", "full": False}):
    future = deployments.from_name(NAME).run(**asked)
    with get_client(sync_client=True) as client:
        print(__version__, asked, "| sdk", client.read_flow_run(future.flow_run_id).parameters)
    print(__version__, asked, "| run_deployment", run_deployment(NAME, parameters=asked, timeout=0).parameters)
PYTHON
see look.py 3.9.1
same <<'TEXT'
3.9.1 {'env': 'dev', 'full': False} | sdk {'env': 'prod', 'full': True}
3.9.1 {'env': 'dev', 'full': False} | run_deployment {'env': 'dev', 'full': False}
3.9.1 {'env': 'test', 'full': False} | sdk {'env': 'test', 'full': True}
3.9.1 {'env': 'test', 'full': False} | run_deployment {'env': 'test', 'full': False}
TEXT
