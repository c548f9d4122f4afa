#!/bin/sh
# prefect-aws 0.7.12: zeros and empty texts in a task definition do not arrive at AWS.
#
# Behaviour: before the ECS worker registers a task definition, it removes what is empty, and takes 0 for empty, too.
# Where 0 says something else than nothing, AWS uses its default. False stays.
# Seen, in the request that registers the definition:
#   linuxParameters: {maxSwap: 0, swappiness: 0, initProcessEnabled: false}    {initProcessEnabled: false}
#   portMappings: [{containerPort: 8080, hostPort: 0}]                          [{containerPort: 8080}]
#   environment: [{name: PROXY, value: ""}, {name: LEVEL, value: "0"}]          [{name: PROXY}, {name: LEVEL, value: "0"}]
# Why it matters: `maxSwap: 0` is how a team forbids swap, and `swappiness: 0` the next best; without them a run that
# exceeds its memory is slow in place of failing. An empty value is how a variable that the image sets, such as a proxy,
# is switched off. The template in the work pool shows all of it, and so does the server.
. "$(dirname "$0")/lib.sh"
prefect 3.9.1 prefect-aws==0.7.12
loopback
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import json
from uuid import uuid4

from loopback import Loopback
from prefect.client.schemas.objects import FlowRun
from prefect_aws.workers.ecs_worker import ECSJobConfiguration, ECSWorker

bodies = []


class Service(Loopback):
    """Keeps what is sent to it, and refuses it."""

    def do_POST(self):
        bodies.append(json.loads(self.body()))
        self.answer({"__type": "ClientException", "message": "refused"}, 400)


CONTAINER = {
    "name": "prefect",
    "image": "flows:1",
    "linuxParameters": {"maxSwap": 0, "swappiness": 0, "initProcessEnabled": False},
    "portMappings": [{"containerPort": 8080, "hostPort": 0}],
    "environment": [{"name": "PROXY", "value": ""}, {"name": "LEVEL", "value": "0"}],
}


async def main():
    template = ECSWorker.get_default_base_job_template()
    template["job_configuration"]["task_definition"] = {"containerDefinitions": [CONTAINER]}
    credentials = {
        "aws_access_key_id": "team",
        "aws_secret_access_key": "team",
        "region_name": "eu-central-1",
        "aws_client_parameters": {"endpoint_url": f"http://{Service.address()}"},
    }
    values = {"name": "run", "launch_type": "EC2", "aws_credentials": credentials}
    configuration = await ECSJobConfiguration.from_template_and_values(template, values, client=object())
    try:
        await ECSWorker(work_pool_name="pool").run(FlowRun(flow_id=uuid4(), name="run"), configuration)
    except Exception as error:
        if not bodies:
            raise
        print(type(error).__name__)
    (container,) = bodies[0]["containerDefinitions"]
    for name in ("linuxParameters", "portMappings", "environment"):
        print(name, json.dumps(container[name]))


asyncio.run(main())
PYTHON
export PREFECT_HOME="$folder/home" PREFECT_LOGGING_TO_API_ENABLED=false PREFECT_SERVER_ALLOW_EPHEMERAL_MODE=false
"$folder/3.9.1/bin/python" "$folder/look.py" >>"$folder/seen" 2>"$folder/errors" || { cat "$folder/errors" >&2; exit 1; }
same <<'TEXT'
ClientException
linuxParameters {"initProcessEnabled": false}
portMappings [{"containerPort": 8080}]
environment [{"name": "PROXY"}, {"name": "LEVEL", "value": "0"}]
TEXT
