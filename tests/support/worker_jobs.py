"""What real workers make of deployments: each makes the job of a run, and submits it as far as it gets here.

A docker worker has a real engine create the container. The job of a kubernetes worker is checked against the
schema of the cluster's API, its amounts by the parser of Kubernetes' own client, and its image by the engine.
What an ecs worker would send is checked by the client of AWS. No cloud is reached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.block_jobs import ask

_WORKERS = """
import asyncio, copy, json, os, re, sys, uuid
from collections import defaultdict
from contextlib import AsyncExitStack
from functools import partial

import kubernetes_validate
from botocore.session import get_session
from botocore.validate import validate_parameters
from docker import from_env as docker_client
from docker.errors import ImageNotFound
from kubernetes.utils import parse_quantity
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.utilities.dispatch import lookup_type
from prefect.workers.base import BaseWorker
from prefect.workers.process import ProcessWorker
from prefect_aws.workers.ecs_worker import ECSWorker
from prefect_azure.workers.container_instance import AzureContainerWorker
from prefect_docker.worker import DockerWorker
from prefect_gcp.workers.cloud_run_v2 import CloudRunWorkerV2
from prefect_gcp.workers.vertex import VertexAIWorker
from prefect_kubernetes.worker import KubernetesWorker


def process(worker, made, run):
    return made.model_dump(mode="json")


def docker(worker, made, run):
    more = {"image_pull_policy", "networks", "registry_credentials", "stream_output"}
    settings = worker._build_container_settings(worker._get_client(), made)
    return {"settings": settings, **made.model_dump(mode="json", include=more)}


def kubernetes(worker, made, run):
    return {**made.model_dump(mode="json"), "manifest": made.job_manifest}


def ecs(worker, made, run):
    worker._load_network_configuration = worker._custom_network_configuration = lambda *_: {}
    definition = worker._prepare_task_definition(made, "eu-west-1", run)
    request = worker._prepare_task_run_request(made, definition, "arn", False)
    calls = {"RegisterTaskDefinition": definition, "RunTask": request}
    return {"calls": calls, "credentials": made.aws_credentials.model_dump(mode="json")}


def cloud_run(worker, made, run):
    return made.job_body


def vertex(worker, made, run):
    return type(worker)._build_job_spec(worker, made)


def azure(worker, made, run):
    return {**made.model_dump(mode="json"), "template": made.arm_template}


JOBS = {
    "process": process,
    "docker": docker,
    "kubernetes": kubernetes,
    "ecs": ecs,
    "cloud-run-v2": cloud_run,
    "vertex-ai": vertex,
    "azure-container-instance": azure,
}


def create(worker, made, job):
    client = worker._get_client()
    if worker._should_pull_image(client, made):
        worker._pull_image(client, made)
    worker._create_container(client, **job["settings"]).remove(force=True)


def validate(worker, made, job):
    # Not strict: a cluster ignores fields that it does not know, and the worker's own template has two.
    kubernetes_validate.validate(job["manifest"], "1.37")
    for container in job["manifest"]["spec"]["template"]["spec"]["containers"]:
        for amounts in (container.get("resources") or {}).values():
            for amount in amounts.values():
                parse_quantity(amount)
        try:
            docker_client().api.inspect_image(container["image"])
        except ImageNotFound:
            pass


def send(worker, made, job):
    service = get_session().get_service_model("ecs")
    for call, parameters in job["calls"].items():
        validate_parameters(parameters, service.operation_model(call).input_shape)


SUBMIT = {"docker": create, "kubernetes": validate, "ecs": send}


async def job_of(worker, run, deployment, variables):
    deployment = deployment.model_copy(update={"job_variables": copy.deepcopy(variables)})
    made = await worker.job_configuration.resolve_for_flow_run(
        run.model_copy(deep=True),
        client=worker._client,
        work_pool=worker._work_pool,
        worker_name=worker.name,
        deployment=deployment,
    )
    return made, JOBS[worker.type](worker, made, run)


async def is_job_of(job, worker, run, deployment, variables):
    try:
        return (await job_of(worker, run, deployment, variables))[1] == job
    except Exception:
        return False


async def verdict(worker, run, deployment, variables):
    try:
        made, job = await job_of(worker, run, deployment, variables)
    except Exception as error:
        return f"raises {type(error).__name__}", str(error)
    for name in variables:
        fewer = {key: value for key, value in variables.items() if key != name}
        if await is_job_of(job, worker, run, deployment, fewer):
            return "drops", name
    written = json.dumps(variables)
    if "{{" in written:
        empty = json.loads(re.sub("{{.*?}}", "", written))
        if "{{" in json.dumps(job, default=str) or await is_job_of(job, worker, run, deployment, empty):
            return "drops", "what a reference stands for"
    try:
        SUBMIT.get(worker.type, lambda *_: None)(worker, made, job)
    except Exception as error:
        return f"refused {type(error).__name__}", str(error)
    return "takes", json.dumps(job, default=str)


def log_in_to_clouds():
    # A login that nobody asks for: no cloud is reached.
    os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"
    os.environ["GOOGLE_APPLICATION_CREDENTIALS"] = sys.argv[1]
    user = dict.fromkeys(("client_id", "client_secret", "refresh_token"), "x")
    json.dump({"type": "authorized_user", "quota_project_id": "p", **user}, open(sys.argv[1], "w"))


async def main():
    case = json.load(sys.stdin)
    pools = defaultdict(list)
    for row in case["rows"]:
        pools[row["pool"], row["type"]].append(row)
    unscheduled = FlowRun(flow_id=case["flow"], name="run")
    found = {}
    for (pool, type_), rows in pools.items():
        try:
            kind = lookup_type(BaseWorker, type_)
        except KeyError:
            found |= {row["name"]: ("waits", f"no worker has the type {type_}") for row in rows}
            continue
        worker = kind(work_pool_name=pool)
        async with AsyncExitStack() as stack:
            # Without what watches the jobs of a cluster or of a cloud.
            await BaseWorker.__aenter__(worker)
            stack.push_async_exit(partial(BaseWorker.__aexit__, worker))
            await worker.sync_with_backend()
            runs = {each.flow_run.id: each.flow_run for each in await worker._get_scheduled_flow_runs()}
            for row in rows:
                run = runs.get(uuid.UUID(row["run"])) if row["run"] else unscheduled
                if run is None:
                    found[row["name"]] = ("waits", "the server does not give the run to a worker")
                    continue
                deployment = DeploymentResponse(name="deployment", flow_id=case["flow"])
                found[row["name"]] = await verdict(worker, run, deployment, row["variables"])
    return found


log_in_to_clouds()
json.dump(asyncio.run(main()), open(sys.argv[1], "w"), default=str)
"""


def worker_verdicts(
    python: str, rows: Sequence[Mapping[str, Any]], *, flow: str, **environ: str
) -> dict[str, tuple[str, str]]:
    """What a worker of the server in *environ* does with each of *rows*, by name, and why.

    A row has the pool and its type, the job variables, and the run, of *flow*, that is scheduled on the
    server; none where the server refuses the deployment.
    """
    return {
        name: tuple(each)
        for name, each in ask(python, _WORKERS, {"flow": flow, "rows": rows}, **environ).items()
    }
