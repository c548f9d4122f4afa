#!/bin/sh
# prefect-docker 0.7.4: a limit of memory in `container_create_kwargs` is taken, and not used.
#
# Behaviour: the variable is described as the arguments of docker-py for the container. The worker leaves out each that
# has the name of one of its own variables, whether or not that one is set: `mem_limit`, `network_mode`, `privileged`,
# `labels`, `auto_remove`. For `volumes` it warns, for these it does not. The others arrive in the container.
# Seen, with mem_limit 1g, network_mode none, a label and cpu_count 2, in what the engine is asked for:
#   in container_create_kwargs    no limit of memory, the network `default`, no label, cpu_count 2
#   as variables of their own     1 GiB, the network `none`, the label
# Why it matters: who brings the options of a `docker run` or of another tool into a work pool puts them together where
# docker-py's documentation is linked, and sees that some work. The run that takes all the memory, or was to have no
# network, is only noticed when it does harm.
. "$(dirname "$0")/lib.sh"
prefect 3.9.1 prefect-docker==0.7.4
loopback
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import json
import os

import docker
from loopback import Loopback
from prefect_docker.worker import DockerWorker, DockerWorkerJobConfiguration

OPTIONS = {"mem_limit": "1g", "network_mode": "none", "labels": {"team": "data"}, "cpu_count": 2}
bodies = []


class Engine(Loopback):
    """Has every image, and refuses to make a container, after it has kept what was asked."""

    def do_POST(self):
        bodies.append(json.loads(self.body()))
        self.answer({"message": "This engine makes no containers."}, 409)

    def do_GET(self):
        self.answer({"Version": "27.0.0", "ApiVersion": "1.46", "Id": "sha256:1", "RepoTags": []})


async def asked(variables):
    template = DockerWorker.get_default_base_job_template()
    configuration = await DockerWorkerJobConfiguration.from_template_and_values(
        template, {"image": "flows:1", "name": "run", **variables}, client=object()
    )
    try:
        await DockerWorker(work_pool_name="pool").run(None, configuration)
    except docker.errors.APIError as error:
        assert "makes no containers" in str(error)
    body = bodies.pop()
    host = body["HostConfig"]
    return host.get("Memory"), host.get("NetworkMode"), body.get("Labels"), host.get("CpuCount")


os.environ["DOCKER_HOST"] = f"tcp://{Engine.address()}"
own = {name: value for name, value in OPTIONS.items() if name != "cpu_count"}
print("in container_create_kwargs |", *asyncio.run(asked({"container_create_kwargs": OPTIONS})))
print("variables of their own |", *asyncio.run(asked(own)))
PYTHON
export PREFECT_HOME="$folder/home" PREFECT_LOGGING_TO_API_ENABLED=false PREFECT_SERVER_ALLOW_EPHEMERAL_MODE=false
"$folder/3.9.1/bin/python" "$folder/look.py" >>"$folder/seen" 2>"$folder/errors" || { cat "$folder/errors" >&2; exit 1; }
same <<'TEXT'
in container_create_kwargs | None default {} 2
variables of their own | 1073741824 none {'team': 'data'} None
TEXT
