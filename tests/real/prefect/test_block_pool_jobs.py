"""A block under an agent and as a work pool: the real agent's job and the real worker's, field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.project.dialect import Dialect
from syntask_yaml.upgrade.block_pool import pool_of_block, read_block
from tests.support.block_jobs import agent_jobs, flattened, worker_jobs
from tests.support.old_prefect import old_python

# The environments with collections of both times take minutes to install.
pytestmark = pytest.mark.torture

_CONTAINER = "/spec/template/spec/containers/0"
_NETWORK = "/networkConfiguration/awsvpcConfiguration"
_IMAGE = {"image": "shop/orders:1"}


def add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def manifest(pod: Mapping[str, Any] | None = None, **container: Any) -> dict[str, Any]:
    """A manifest as a block demands it, with more in its pod and container."""
    inner = {"name": "prefect-job", "env": [], **container}
    base = {"parallelism": 1, "completions": 1, "restartPolicy": "Never", "containers": [inner]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"labels": {}},
        "spec": {"template": {"spec": {**base, **(pod or {})}}},
    }


_FULL_JOB = manifest(
    {
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "volumes": [{"name": "v", "emptyDir": {}}],
        "serviceAccountName": "runner",
    },
    env=[
        {"name": "MODE", "value": "fast"},
        {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "shop", "key": "k"}}},
    ],
    volumeMounts=[{"name": "v", "mountPath": "/v"}],
    resources={"limits": {"cpu": "2", "memory": "2Gi", "gpu": 1}, "requests": {"cpu": "500m"}},
)
_FULL_JOB["metadata"] = {"labels": {"team": "data"}, "annotations": {"a": "b"}, "namespace": "flows"}
_FULL_JOB["spec"] |= {"backoffLimit": 2, "ttlSecondsAfterFinished": 60}

_DEFINITION = {
    "cpu": "512",
    "memory": "1024",
    "family": "orders",
    "taskRoleArn": "arn:role",
    "executionRoleArn": "arn:execution",
    "containerDefinitions": [
        {"name": "proxy", "image": "shop/proxy:1"},
        {"name": "prefect", "image": "shop/orders:1", "environment": [{"name": "A", "value": "1"}]},
    ],
}

BLOCKS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "k-plain": ("kubernetes-job", _IMAGE),
    "k-full": (
        "kubernetes-job",
        {
            **_IMAGE,
            "namespace": "flows",
            "service_account_name": "runner",
            "image_pull_policy": "Never",
            "finished_job_ttl": 300,
            "env": {"MODE": "fast", "GONE": None},
            "labels": {"team": "data"},
            "command": ["run me", "-x"],
            "job_watch_timeout_seconds": 600,
        },
    ),
    "k-latest": ("kubernetes-job", {"image": "shop/orders:latest"}),
    "k-manifest": ("kubernetes-job", {**_IMAGE, "job": _FULL_JOB}),
    "k-manifest-and-fields": (
        "kubernetes-job",
        {
            **_IMAGE,
            "job": _FULL_JOB,
            "namespace": "other",
            "env": {"MODE": "slow", "MORE": "1"},
            "labels": {"team": "web", "tier": "1"},
        },
    ),
    "k-image-of-manifest": ("kubernetes-job", {"image": "", "job": manifest(image="shop/orders:2")}),
    "k-sidecar": (
        "kubernetes-job",
        {
            **_IMAGE,
            "job": manifest(
                {
                    "containers": [
                        {"name": "prefect-job", "env": []},
                        {"name": "proxy", "image": "shop/proxy:1", "env": [{"name": "A", "value": "1"}]},
                    ],
                    "initContainers": [{"name": "init", "image": "shop/init:1"}],
                }
            ),
        },
    ),
    "k-env-patch": (
        "kubernetes-job",
        {
            **_IMAGE,
            "env": {"MODE": "fast"},
            "customizations": [
                add(f"{_CONTAINER}/env/-", {"name": "A", "value": "1"}),
                add(f"{_CONTAINER}/env/-", {"name": "MODE", "value": "slow"}),
                add(f"{_CONTAINER}/env/-", {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "ip"}}}),
            ],
        },
    ),
    "k-label-patch": (
        "kubernetes-job",
        {
            **_IMAGE,
            "labels": {"tier": "1"},
            "customizations": [add("/metadata/labels/team", "data"), add("/metadata/namespace", "flows")],
        },
    ),
    "k-pod-patch": (
        "kubernetes-job",
        {
            **_IMAGE,
            "customizations": [
                add(f"{_CONTAINER}/resources", {"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}}),
                add("/spec/template/spec/tolerations", [{"key": "spot", "operator": "Exists"}]),
                add("/spec/template/spec/nodeSelector", {"pool": "batch"}),
                {"op": "replace", "path": f"{_CONTAINER}/image", "value": "shop/orders:3"},
                {"op": "remove", "path": "/spec/template/spec/parallelism"},
            ],
        },
    ),
    "d-plain": ("docker-container", _IMAGE),
    "d-full": (
        "docker-container",
        {
            **_IMAGE,
            "image_pull_policy": "ALWAYS",
            "networks": ["n1", "n2"],
            "auto_remove": True,
            "volumes": ["/data:/data:ro"],
            "mem_limit": "512m",
            "memswap_limit": "1g",
            "privileged": True,
            "env": {"MODE": "fast", "GONE": None},
            "labels": {"team": "data"},
            "command": ["run me", "-x"],
        },
    ),
    "p-plain": ("process", {}),
    "p-full": (
        "process",
        {
            "env": {"MODE": "fast", "GONE": None},
            "working_dir": "/srv",
            "command": ["run me", "-x"],
            "labels": {"team": "data"},
            "stream_output": False,
        },
    ),
    "e-plain": ("ecs-task", _IMAGE),
    "e-full": (
        "ecs-task",
        {
            **_IMAGE,
            "cpu": 512,
            "memory": 1024,
            "family": "orders",
            "cluster": "main",
            "launch_type": "FARGATE_SPOT",
            "vpc_id": "vpc-1",
            "execution_role_arn": "arn:execution",
            "task_role_arn": "arn:role",
            "configure_cloudwatch_logs": True,
            "cloudwatch_logs_options": {"awslogs-stream-prefix": "orders"},
            "env": {"MODE": "fast", "GONE": None},
            "labels": {"team": "data"},
            "command": ["run me", "-x"],
        },
    ),
    "e-ec2": ("ecs-task", {**_IMAGE, "cpu": 512, "memory": 1024, "launch_type": "EC2"}),
    "e-definition": ("ecs-task", {"task_definition": _DEFINITION}),
    "e-definition-and-fields": ("ecs-task", {**_IMAGE, "task_definition": _DEFINITION, "cpu": 256}),
    "e-patches": (
        "ecs-task",
        {
            **_IMAGE,
            "env": {"MODE": "fast"},
            "task_customizations": [
                add(f"{_NETWORK}/subnets", ["s1"]),
                add(f"{_NETWORK}/securityGroups", ["g1"]),
                add("/overrides/containerOverrides/0/environment/-", {"name": "A", "value": "1"}),
                add("/tags/-", {"key": "team", "value": "data"}),
                add("/propagateTags", "TASK_DEFINITION"),
            ],
        },
    ),
    "e-network-of-vpc": (
        "ecs-task",
        {
            **_IMAGE,
            "vpc_id": "vpc-1",
            "task_customizations": [add(f"{_NETWORK}/subnets", ["s1"])],
        },
    ),
}
_POOL_TYPES = {"kubernetes-job": "kubernetes", "docker-container": "docker", "ecs-task": "ecs"}

# What differs on purpose: where in the job of which block, and why.
INTENDED: tuple[tuple[str, str], ...] = (
    (r"PREFECT_HOME", "each of both has a folder of its own here"),
    (r"^p-.*:env\.(HOME|LC_CTYPE)$", "a worker hands on its own environment, as an agent did"),
    (r"PREFECT_SERVER_EPHEMERAL_ENABLED|PREFECT__FLOW_ID|SIGTERM_BEHAVIOR", "settings of Prefect 3"),
    (r"(labels|tags)\.prefect\.io/version$", "the version of Prefect"),
    (r"labels\.app\.kubernetes\.io/", "labels that workers of today add"),
    (r"^d-.*:labels\.(io\.prefect\.|prefect\.io/)", "workers write their labels in Docker's form"),
    (r"^k-.*:spec\.template\.metadata\.labels\.", "workers label the pod as well"),
    (r"^k-(?!manifest).*:spec\.backoffLimit$", "Kubernetes does not repeat a run that a worker watches"),
    (r"^k-(?!full).*\.imagePullPolicy$", "what Kubernetes does without it, for a version and for `latest`"),
    (r"^k-manifest.*:spec\.template\.metadata\.annotations\.", "workers annotate the pod as well"),
    (r"^p-plain:command$", "each of both has its own interpreter"),
    (r"^k-pod-patch:spec\.template\.spec\.parallelism$", "workers refuse a manifest without it"),
    (r"^e-.*:definition\.family$", "the name of the pool is in it"),
    (r"^e-full:request\.overrides\.executionRoleArn$", "it is in the task definition"),
    (r"^e-ec2:definition\.(cpu|memory)$", "the task has the limits of its container"),
    (r"^e-definition.*:request\.overrides\..*(cpu|memory)$", "they are variables, which the request has too"),
)


# What a deployment may say, of a pool whose block has a manifest of its own.
VARIABLES = {
    "image": "shop/orders:9",
    "namespace": "mine",
    "labels": {"tier": "9"},
    "env": {"MODE": None, "MORE": "9"},
    "service_account_name": "me",
    "cpu_limit": "4",
}


@pytest.fixture(name="jobs", scope="module")
def _jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, Any]]:
    """The jobs of the agent and of the worker, by the name of the block; `variables` has VARIABLES."""
    folder = tmp_path_factory.mktemp("blocks")
    old = agent_jobs(old_python("2.19-blocks"), BLOCKS)
    cases: dict[str, tuple[str, Any, Mapping[str, Any]]] = {
        name: (*_pool(folder / f"{name}.json", each["block"]), {}) for name, each in old.items()
    }
    cases["variables"] = (*cases["k-manifest"][:2], VARIABLES)
    new = worker_jobs(old_python("3-workers"), cases)
    return {name: (old[name]["job"], new[name]) for name in BLOCKS} | {"variables": ({}, new["variables"])}


def _pool(path: Path, block: Any) -> tuple[str, Any]:
    """The type and the template of the pool that the data of a block become."""
    path.write_text(json.dumps(block), encoding="utf-8")
    made = read_block(path)
    return made.pool_type, pool_of_block(made, "pool", {}, dialect=Dialect.PREFECT).template


def _differing(before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    one, other = flattened(before), flattened(after)
    for path in sorted(one.keys() | other.keys()):
        if one.get(path) != other.get(path):
            yield path, one.get(path), other.get(path)


@pytest.mark.parametrize("name", BLOCKS)
def test_a_worker_submits_what_the_agent_submitted(jobs: dict[str, tuple[Any, Any]], name: str) -> None:
    unexpected = [
        each
        for each in _differing(*jobs[name])
        if not any(re.search(pattern, f"{name}:{each[0]}") for pattern, _ in INTENDED)
    ]

    assert unexpected == []


def test_every_intended_difference_occurs(jobs: dict[str, tuple[Any, Any]]) -> None:
    found = [f"{name}:{each[0]}" for name in BLOCKS for each in _differing(*jobs[name])]

    assert [pattern for pattern, _ in INTENDED if not any(re.search(pattern, each) for each in found)] == []


def test_job_variables_of_a_deployment_have_an_effect(jobs: dict[str, tuple[Any, Any]]) -> None:
    """They have none in a manifest that was published as it is."""
    job = jobs["variables"][1]

    pod = job["spec"]["template"]["spec"]
    env = {entry["name"]: entry.get("value") for entry in pod["containers"][0]["env"]}
    assert pod["containers"][0]["image"] == "shop/orders:9"
    assert pod["containers"][0]["resources"]["limits"] == {"cpu": "4", "memory": "2Gi", "gpu": 1}
    assert pod["serviceAccountName"] == "me"
    assert job["metadata"]["namespace"] == "mine"
    assert {"team": "data", "tier": "9"}.items() <= job["metadata"]["labels"].items()
    assert (env.get("MORE"), "MODE" in env, "KEY" in env) == ("9", False, True)
    assert pod["volumes"] == [{"name": "v", "emptyDir": {}}]
