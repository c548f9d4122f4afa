"""Mistakes in job variables and work pools: what a plan, a server and a worker make of the same deployment.

A server accepts most of them, and the run crashes, waits for ever, or goes on without the value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.operations.prepare import prepare
from tests.support.desk import Desk
from tests.support.prefect_server import PrefectServer

OWN: Any = {
    "variables": {
        "type": "object",
        "required": ["team"],
        "properties": {"team": {"type": "string"}, "size": {"type": "integer"}},
        "additionalProperties": False,
    },
    "job_configuration": {"env": {"TEAM": "{{ team }}", "SIZE": "{{ size }}"}},
}
WRONG, UNKNOWN, MISSING = (
    "error wrong-job-variable",
    "warning unknown-job-variable",
    "error missing-job-variable",
)
CLOSED, BLOCK, IDLE = "error unknown-job-variable", "warning unknown-block", "warning idle-work-pool"
QUEUE, UNSET, UNUSED = "note new-work-queue", "error unset-name", "warning unused-job-variable"
TAKEN, REFUSED = 201, 422
TAKES, DROPS, WAITS, INVALID = "takes", "drops", "waits", "raises ValidationError"


class Mistake(NamedTuple):
    """Job *variables* for a pool, what a *plan* says of them, and the status of a *server*'s answer.

    What a real *worker* does with them: it raises an error while it makes the job, drops a value, never gets
    the run (waits), or takes them. `refused` and the error if Docker's engine, the schema of Kubernetes' API,
    or a client of theirs then refuses the job.
    """

    pool: str
    variables: dict[str, Any]
    plan: str
    server: int
    worker: str

    @property
    def pool_name(self) -> str:
        return self.pool.partition("/")[0]

    @property
    def queue(self) -> str | None:
        return self.pool.partition("/")[2] or None

    @property
    def prefect_variables(self) -> Any:
        """The variables as Prefect writes them."""
        return json.loads(json.dumps(self.variables).replace("syntask.", "prefect."))


SECRET = "{{ syntask.blocks.secret.%s }}"
MISTAKES = [
    # Of the wrong type, or not one of those that there are: servers refuse them, too.
    Mistake("process", {"stream_output": "maybe"}, WRONG, REFUSED, INVALID),
    Mistake("process", {"command": ["python", "x.py"]}, WRONG, REFUSED, INVALID),
    Mistake("process", {"env": ["A=1"]}, WRONG, REFUSED, "raises AttributeError"),
    Mistake("process", {"env": {"A": 1}}, WRONG, REFUSED, TAKES),
    Mistake("process", {"env": {"A": {"B": "1"}}}, WRONG, REFUSED, TAKES),
    Mistake("process", {"labels": {"a": 1}}, WRONG, REFUSED, INVALID),
    Mistake("docker", {"networks": "x"}, WRONG, REFUSED, INVALID),
    Mistake("docker", {"privileged": "maybe"}, WRONG, REFUSED, INVALID),
    Mistake("docker", {"image_pull_policy": "Sometimes"}, WRONG, REFUSED, INVALID),
    Mistake("docker", {"volumes": "/a:/b"}, WRONG, REFUSED, INVALID),
    Mistake("kubernetes", {"finished_job_ttl": "300s"}, WRONG, REFUSED, "refused ValidationError"),
    Mistake("kubernetes", {"image_pull_policy": "always"}, WRONG, REFUSED, TAKES),
    Mistake("ecs", {"launch_type": "FARGAT"}, WRONG, REFUSED, TAKES),
    Mistake("ecs", {"cpu": "1 vCPU"}, WRONG, REFUSED, "refused ParamValidationError"),
    Mistake("cloud-run-v2", {"memory": "512MB"}, WRONG, REFUSED, TAKES),
    # Null, which no worker can use.
    Mistake("process", {"env": None}, WRONG, TAKEN, "raises AttributeError"),
    Mistake("process", {"labels": None}, WRONG, TAKEN, INVALID),
    Mistake("docker", {"image": None}, WRONG, TAKEN, INVALID),
    Mistake("docker", {"networks": None}, WRONG, TAKEN, INVALID),
    Mistake("kubernetes", {"namespace": None}, WRONG, TAKEN, INVALID),
    # Names that the template does not have.
    Mistake("docker", {"imagee": "debian"}, UNKNOWN, TAKEN, DROPS),
    Mistake("docker", {"pull_policy": "Never"}, UNKNOWN, TAKEN, DROPS),
    Mistake("process", {"evn.FOO": "1"}, UNKNOWN, TAKEN, DROPS),
    Mistake("process", {"working_dir.x": "/srv"}, WRONG, TAKEN, INVALID),
    Mistake("own", {"team": "a", "sise": 1}, CLOSED, REFUSED, DROPS),
    Mistake("own", {"team": "a", "colour": "blue"}, CLOSED, REFUSED, DROPS),
    # Nothing where a value is needed; a schedule would start such a run.
    Mistake("vertex-ai", {"region": "eu"}, MISSING, TAKEN, INVALID),
    Mistake("azure-container-instance", {"subscription_id": "s"}, MISSING, TAKEN, INVALID),
    Mistake("own", {}, MISSING, TAKEN, TAKES),
    # What the schemas do not state, and workers, engines and clusters refuse.
    Mistake("docker", {"volumes": ["./data"]}, WRONG, TAKEN, INVALID),
    Mistake("docker", {"volumes": ["/a:/b:ro,z"]}, WRONG, TAKEN, INVALID),
    Mistake("docker", {"volumes": ["$(pwd):/srv"]}, WRONG, TAKEN, INVALID),
    Mistake("docker", {"mem_limit": "12 parsecs"}, WRONG, TAKEN, "refused DockerException"),
    Mistake("docker", {"mem_limit": "1gi"}, WRONG, TAKEN, "refused DockerException"),
    Mistake("docker", {"mem_limit": "1g", "memswap_limit": "512m"}, WRONG, TAKEN, "refused APIError"),
    Mistake("docker", {"image": "UPPER/Bad:tag:tag"}, WRONG, TAKEN, "refused ValueError"),
    Mistake("docker", {"image": "https://hub.example/app"}, WRONG, TAKEN, "refused InvalidRepository"),
    Mistake("box", {"container_create_kwargs": {"nosuch": 1}}, WRONG, TAKEN, "refused TypeError"),
    Mistake("box", {"container_create_kwargs": {"image": "x"}}, WRONG, TAKEN, DROPS),
    Mistake(
        "box", {"container_create_kwargs": {"environment": {"A": "1"}}}, WRONG, TAKEN, "raises TypeError"
    ),
    Mistake("kubernetes", {"memory_request": "lots"}, WRONG, TAKEN, "refused ValueError"),
    Mistake("kubernetes", {"memory_limit": "512MB"}, WRONG, TAKEN, "refused ValueError"),
    Mistake("kubernetes", {"cpu_limit": "half"}, WRONG, TAKEN, "refused ValueError"),
    Mistake("kubernetes", {"namespace": "No_Such"}, WRONG, TAKEN, TAKES),
    Mistake("kubernetes", {"service_account_name": "Bad Name!"}, WRONG, TAKEN, TAKES),
    Mistake("kubernetes", {"image": "app:"}, WRONG, TAKEN, "refused APIError"),
    # References that lead nowhere, or to where no text is taken.
    Mistake("process", {"env": {"A": SECRET % "nope"}}, BLOCK, TAKEN, "raises ObjectNotFound"),
    Mistake(
        "process", {"env": {"A": "{{ syntask.blocks.secert.token }}"}}, BLOCK, TAKEN, "raises ObjectNotFound"
    ),
    Mistake(
        "process",
        {"env": {"A": "{{ syntask.blocks.aws-credentials.team.nofield }}"}},
        BLOCK,
        TAKEN,
        "raises ValueError",
    ),
    Mistake("docker", {"registry_credentials": SECRET % "token"}, WRONG, REFUSED, INVALID),
    Mistake(
        "ecs",
        {"aws_credentials": "{{ syntask.blocks.aws-credentials.team }}"},
        WRONG,
        REFUSED,
        TAKES,
    ),
    Mistake("process", {"stream_output": SECRET % "token"}, WRONG, REFUSED, INVALID),
    Mistake("process", {"env": {"A": "{{ syntask.variables.nope }}"}}, UNSET, TAKEN, DROPS),
    Mistake("process", {"env": {"A": "{{ $UNSET }}"}}, UNSET, TAKEN, DROPS),
    # Pools and queues whose runs would wait.
    Mistake("resting", {}, IDLE, TAKEN, WAITS),
    Mistake("closed", {}, IDLE, TAKEN, WAITS),
    Mistake("process/hgih", {}, QUEUE, TAKEN, TAKES),
    Mistake("process/stopped", {}, IDLE, TAKEN, WAITS),
    Mistake("process/nobody", {}, IDLE, TAKEN, WAITS),
    Mistake("push", {}, IDLE, TAKEN, WAITS),
    Mistake("managed", {}, IDLE, TAKEN, WAITS),
    # Against the template that the first worker of the type would give the pool.
    Mistake("bare", {"privileged": "maybe"}, WRONG, TAKEN, INVALID),
    Mistake("bare", {"imagee": "debian"}, UNKNOWN, TAKEN, DROPS),
    # Variables that the template has, and no part of the job.
    Mistake("forgetful", {"container_create_kwargs": {"shm_size": "1g"}}, UNUSED, TAKEN, DROPS),
    Mistake("forgetful", {"container_create_kwargs.shm_size": "1g"}, UNUSED, TAKEN, DROPS),
    # And what is right.
    Mistake("docker", {"image": "debian:12", "volumes": ["/a:/b:ro"], "mem_limit": "512m"}, "", TAKEN, TAKES),
    Mistake("process", {"env": {"A": SECRET % "token"}, "env.B": "1"}, "", TAKEN, TAKES),
    Mistake("own", {"team": "a", "size": 2}, "", TAKEN, TAKES),
    Mistake(
        "kubernetes",
        {
            "image": "registry.example.com/etl:1",
            "image_pull_policy": "Always",
            "command": "python -m etl",
            "env": {"A": SECRET % "token"},
            "labels": {"team": "data"},
            "name": "etl",
            "namespace": "flows",
            "service_account_name": "runner",
            "cpu_request": "500m",
            "cpu_limit": "2",
            "memory_request": "512Mi",
            "memory_limit": "1Gi",
            "finished_job_ttl": 300,
            "job_watch_timeout_seconds": 600,
            "pod_watch_timeout_seconds": 90,
            "stream_output": False,
        },
        "",
        TAKEN,
        TAKES,
    ),
    Mistake(
        "ecs",
        {"image": "etl:1", "cpu": 512, "memory": 1024, "env.A": "1"},
        "",
        TAKEN,
        TAKES,
    ),
    Mistake(
        "cloud-run-v2", {"image": "gcr.io/team/etl:1", "memory": "1Gi", "cpu": "2000m"}, "", TAKEN, TAKES
    ),
    Mistake(
        "vertex-ai",
        {"region": "europe-west1", "image": "gcr.io/team/etl:1", "service_account_name": "runner@team"},
        "",
        TAKEN,
        TAKES,
    ),
    Mistake(
        "azure-container-instance",
        {"subscription_id": "s", "resource_group_name": "g", "cpu": 2},
        "",
        TAKEN,
        TAKES,
    ),
]
_TYPES = ("process", "docker", "kubernetes", "ecs", "cloud-run-v2", "vertex-ai", "azure-container-instance")


def set_the_scene(server: PrefectServer, folder: Path) -> Iterator[Desk]:
    """A project in *folder*; the empty server gets the pools, queues, variables and blocks of the table."""
    for type_ in _TYPES:
        server.create_pool(type_, type=type_)
    template = server.request("GET", "/work_pools/docker")["base_job_template"]
    name = "container_create_kwargs"
    template["variables"]["properties"][name] = {"type": "object"}
    server.create_pool("forgetful", type="docker", base_job_template=template)
    template["job_configuration"][name] = f"{{{{ {name} }}}}"
    server.create_pool("box", type="docker", base_job_template=template)
    server.create_pool("own", base_job_template=OWN)
    server.create_pool("resting", is_paused=True)
    server.create_pool("closed", concurrency_limit=0)
    server.create_pool("push", type="ecs:push")
    server.create_pool("managed", type="prefect:managed")
    server.request("POST", "/work_pools/", {"name": "bare", "type": "docker"})
    queues: dict[str, Any] = {"high": {}, "stopped": {"is_paused": True}, "nobody": {"concurrency_limit": 0}}
    for name, how in queues.items():
        server.request("POST", "/work_pools/process/queues", {"name": name, **how})
    with closing(PrefectBackend.open(server.api, {})) as backend:
        backend.set_variable(Variable("known", "v"))
        for block in (
            Block("secret", "token", {"value": "hush"}),
            Block("aws-credentials", "team", {"aws_access_key_id": "a"}),
        ):
            if backend.block(block.type, block.name) is None:
                backend.create_block(block)
        yield Desk(folder, backend=backend)


def plan_says(desk: Desk, mistakes: Sequence[Mistake]) -> list[str]:
    """The severities and codes of what a plan says of the deployment of each of *mistakes*."""
    desk.declare(*map(_entry, mistakes))
    context = desk.context
    return [
        ", ".join(sorted({f"{each.severity.value} {each.code}" for each in one.diagnostics}))
        for one in prepare(context.project.declarations, context)
    ]


def _entry(mistake: Mistake) -> str:
    named = {"name": mistake.pool_name, **({"work_queue_name": mistake.queue} if mistake.queue else {})}
    work_pool = json.dumps({**named, "job_variables": mistake.variables})
    return f"pull: [], work_pool: {work_pool}, schedules: [{{cron: 0 6 * * *}}]"


def server_answers(server: PrefectServer, flow: str, mistakes: Sequence[Mistake]) -> list[httpx.Response]:
    """What the server answers who creates the same deployments, of the flow with that id."""
    return [
        server.answer(
            "POST",
            "/deployments/",
            {
                "name": f"theirs-{number}",
                "flow_id": flow,
                "work_pool_name": mistake.pool_name,
                "work_queue_name": mistake.queue,
                "job_variables": mistake.prefect_variables,
                "schedules": [{"schedule": {"cron": "0 6 * * *", "timezone": "UTC"}, "active": False}],
            },
        )
        for number, mistake in enumerate(mistakes)
    ]


def differences(
    mistakes: Sequence[Mistake], found: Sequence[object], expected: Sequence[object]
) -> list[tuple[str, object, object]]:
    """What of each mistake was found and is not expected, and what is."""
    rows = zip(mistakes, found, expected, strict=True)
    return [(f"{each.pool} {each.variables}", was, wanted) for each, was, wanted in rows if was != wanted]
