"""What a real agent submits for a block, and what a real worker makes of a work pool.

Both are asked in one process each: a list of cases as JSON goes in, their jobs come out.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# The block as a server keeps it, and the job that the agent's infrastructure makes of it.
_AGENT = """
import json, shlex, sys, uuid
from prefect.client.schemas.objects import FlowRun
from prefect.infrastructure import DockerContainer, KubernetesJob, Process
from prefect_aws.ecs import ECSTask

NETWORK = {"subnets": ["subnet-of-vpc"], "assignPublicIp": "ENABLED", "securityGroups": []}


class Engine:
    def version(self):
        return {"Version": "27.0.0"}


def kubernetes(block):
    return block.build_job()


def docker(block):
    policy = block._determine_image_pull_policy().value.lower().replace("_", "")
    made = {**block._build_container_settings(Engine()), "pull": policy, "networks": block.networks}
    return {**made, "command": shlex.join(block.command)}


def process(block):
    fields = ("command", "working_dir", "stream_output", "labels", "name")
    made = {name: getattr(block, name) for name in fields}
    made["command"] = shlex.join(block.command)
    return {**made, "env": block._get_environment_variables(include_os_environ=False)}


def ecs(block):
    definition = block._prepare_task_definition(block.task_definition or {}, region="eu-west-1")
    network = {"awsvpcConfiguration": NETWORK} if definition.get("networkMode") == "awsvpc" else None
    request = block._prepare_task_run(network, "arn:task")
    settings = ("task_start_timeout_seconds", "auto_deregister_task_definition", "task_watch_poll_interval")
    return {"definition": definition, "request": request, **{name: getattr(block, name) for name in settings}}


KINDS = {
    "kubernetes-job": (KubernetesJob, kubernetes),
    "docker-container": (DockerContainer, docker),
    "process": (Process, process),
    "ecs-task": (ECSTask, ecs),
}
made = {}
for name, (slug, fields) in json.load(sys.stdin).items():
    kind, submit = KINDS[slug]
    block = kind(**fields)
    data = json.loads(block.json(exclude={"_block_document_id"}))
    run = FlowRun(id=uuid.UUID(int=1), flow_id=uuid.UUID(int=2), name="orders-run")
    job = submit(block.prepare_for_flow_run(run))
    made[name] = {"block": {**data, "block_type_slug": slug}, "job": json.loads(json.dumps(job, default=str))}
json.dump(made, open(sys.argv[1], "w"))
"""

_WORKER = """
import asyncio, json, sys, uuid
from prefect.client.schemas.objects import FlowRun
from prefect.workers.process import ProcessJobConfiguration
from prefect_aws.workers.ecs_worker import ECSJobConfiguration, ECSWorker
from prefect_docker.worker import DockerWorker, DockerWorkerJobConfiguration
from prefect_kubernetes.worker import KubernetesWorkerJobConfiguration

NETWORK = {"subnets": ["subnet-of-vpc"], "assignPublicIp": "ENABLED", "securityGroups": []}


class Engine:
    def version(self):
        return {"Version": "27.0.0"}


class Worker(ECSWorker):
    def _load_network_configuration(self, vpc_id, configuration):
        return {"awsvpcConfiguration": NETWORK}

    def _custom_network_configuration(self, vpc_id, network, configuration):
        return {"awsvpcConfiguration": network}


def kubernetes(made, run):
    return made.job_manifest


def docker(made, run):
    policy = made._determine_image_pull_policy().value.lower()
    settings = DockerWorker("pool")._build_container_settings(Engine(), made)
    return {**settings, "pull": policy, "networks": made.networks}


def process(made, run):
    return made.model_dump(mode="json")


def ecs(made, run):
    worker = Worker("pool")
    definition = worker._prepare_task_definition(made, "eu-west-1", run)
    request = worker._prepare_task_run_request(made, definition, "arn:task", False)
    settings = ("task_start_timeout_seconds", "auto_deregister_task_definition", "task_watch_poll_interval")
    return {"definition": definition, "request": request, **{name: getattr(made, name) for name in settings}}


KINDS = {
    "kubernetes": (KubernetesWorkerJobConfiguration, kubernetes),
    "docker": (DockerWorkerJobConfiguration, docker),
    "process": (ProcessJobConfiguration, process),
    "ecs": (ECSJobConfiguration, ecs),
}


async def job_of(type, template, variables):
    kind, submit = KINDS[type]
    made = await kind.from_template_and_values(template, variables, client=object())
    run = FlowRun(id=uuid.UUID(int=1), flow_id=uuid.UUID(int=2), name="orders-run")
    made.prepare_for_flow_run(run)
    return submit(made, run)


async def main():
    cases = json.load(sys.stdin)
    return {name: await job_of(*case) for name, case in cases.items()}


json.dump(asyncio.run(main()), open(sys.argv[1], "w"), default=str)
"""


def agent_jobs(python: str, blocks: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """The `block` as data and the `job` of an agent, for each type and fields of *blocks*, by name."""
    return ask(python, _AGENT, blocks)


def worker_jobs(python: str, cases: Mapping[str, tuple[str, Any, Mapping[str, Any]]]) -> dict[str, Any]:
    """The job that a worker makes of a pool's type and template and of job variables, by name."""
    return ask(python, _WORKER, cases)


def ask(python: str, program: str, cases: Any, **environ: str) -> dict[str, Any]:
    """What *program*, run by *python* with *environ*, writes to the file that it is given, about *cases*."""
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out.json"
        own = {"HOME": folder, "PREFECT_HOME": folder, "PREFECT_API_URL": "http://127.0.0.1:9/api", **environ}
        done = subprocess.run(
            [python, "-c", program, out],
            input=json.dumps(cases),
            env=own,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        made: dict[str, Any] = json.loads(Path(out).read_text(encoding="utf-8"))
        return made


def flattened(value: Any, path: str = "") -> dict[str, Any]:
    """The leaves of a job by their paths. Lists of named things count by name, and nothing that is empty."""
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        value = _by_name(value)
    if not isinstance(value, dict):
        return {} if value in (None, "", []) else {path: value}
    found: dict[str, Any] = {}
    for key, item in value.items():
        found |= flattened(item, f"{path}.{key}" if path else str(key))
    return found


def _by_name(items: list[dict[str, Any]]) -> Any:
    if all("name" in item for item in items):
        return {item["name"]: {key: each for key, each in item.items() if key != "name"} for item in items}
    if all(item.keys() == {"key", "value"} for item in items):
        return {item["key"]: item["value"] for item in items}
    return dict(enumerate(items))
