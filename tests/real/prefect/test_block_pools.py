"""Infrastructure blocks of a Prefect 2 server as work pools of a Prefect 3 server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Console
from tests.support.old_prefect import old_python
from tests.support.prefect_server import PrefectServer, sqlite_server

_BLOCKS = """\
from prefect.infrastructure import DockerContainer, KubernetesJob, Process

KubernetesJob(
    image="shop/orders:1",
    namespace="flows",
    env={"MODE": "fast", "API_TOKEN": "hush-hush", "GONE": None},
    customizations=[
        {
            "op": "add",
            "path": "/spec/template/spec/containers/0/env/-",
            "value": {"name": "EXTRA", "value": "1"},
        }
    ],
).save("prod")
DockerContainer(image="shop/orders:1", image_pull_policy="ALWAYS", volumes=["/data:/data:ro"]).save("box")
Process(working_dir="/srv", env={"A": "1", "B": None}).save("local")
"""
_ECS = {
    "block_type_slug": "ecs-task",
    "image": "shop/orders:1",
    "aws_credentials": {"_block_type_slug": "aws-credentials", "_block_document_name": "shop"},
}


@pytest.fixture(name="old", scope="module")
def _old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A server of Prefect 2 with three blocks."""
    with sqlite_server(tmp_path_factory.mktemp("old"), python=old_python()) as server:
        argv = [server.python, "-c", _BLOCKS]
        subprocess.run(argv, env=server.client_environ, check=True, capture_output=True)
        yield server


@pytest.fixture(name="console")
def _console(empty: PrefectServer, tmp_path: Path) -> Console:
    for name in ("work", "home"):
        (tmp_path / name).mkdir()
    return Console(tmp_path / "work", tmp_path / "home", {"SYNTASK_BACKEND": empty.api})


def template_of(server: PrefectServer, name: str) -> Any:
    return server.request("GET", f"/work_pools/{name}")["base_job_template"]


def default(template: Any, name: str) -> Any:
    return template["variables"]["properties"][name].get("default")


def test_a_block_of_the_old_server_is_a_pool_of_the_new_one(
    old: PrefectServer, empty: PrefectServer, console: Console
) -> None:
    create = f"syntask work-pool create --from-server {old.api} --from-block"
    done = [console.run(f"{create} {block}") for block in ("kubernetes-job/prod", "docker-container/box")]
    again = console.run(f"{create} kubernetes-job/prod")

    assert [each.returncode for each in (*done, again)] == [0, 0, 0], done
    assert "already there" in again.stdout
    template = template_of(empty, "prod")
    manifest = template["job_configuration"]["job_manifest"]
    assert default(template, "namespace") == "flows"
    assert default(template, "env") == {
        "EXTRA": "1",
        "MODE": "fast",
        "API_TOKEN": "{{ prefect.blocks.secret.api-token }}",
        "GONE": None,
    }
    assert manifest["metadata"]["namespace"] == "{{ namespace }}"
    assert default(template_of(empty, "box"), "volumes") == ["/data:/data:ro"]
    assert "hush-hush" not in json.dumps(template) + "".join(each.stdout for each in (*done, again))
    assert "PREFECT_" not in json.dumps(template)


def test_a_deployment_may_remove_a_variable_of_the_pool(
    old: PrefectServer, empty: PrefectServer, console: Console
) -> None:
    """A server checks it against the template."""
    console.run(f"syntask work-pool create --from-server {old.api} --from-block process/local")
    flow = empty.request("POST", "/flows/", {"name": "orders"})
    body = {
        "name": "nightly",
        "flow_id": flow["id"],
        "work_pool_name": "local",
        "job_variables": {"env": {"A": None}},
    }

    made = empty.request("POST", "/deployments/", body)

    assert made["job_variables"] == {"env": {"A": None}}


def test_credentials_are_those_of_the_new_server(empty: PrefectServer, console: Console) -> None:
    (console.directory / "ecs.json").write_text(json.dumps(_ECS), encoding="utf-8")
    create = "syntask work-pool create cloud --from-file ecs.json"
    missing = console.run(create)
    console.run("echo '{}' | syntask block create aws-credentials shop")
    made = console.run(create)

    (block,) = (each for each in empty.every("block_documents") if each["name"] == "shop")
    credentials = default(template_of(empty, "cloud"), "aws_credentials")
    assert missing.returncode == 1
    assert "no block `aws-credentials/shop`" in missing.stdout
    assert "syntask block create aws-credentials shop" in missing.stdout
    assert made.returncode == 0, made.stdout
    assert credentials == {"$ref": {"block_document_id": block["id"]}}


def test_the_template_of_an_upgrade_is_accepted(empty: PrefectServer, console: Console) -> None:
    """The command of the next steps, with the credentials by name."""
    deployment = {
        "name": "nightly",
        "entrypoint": "flows.py:orders",
        "work_queue_name": "default",
        "infrastructure": {**_ECS, "_block_type_slug": "ecs-task", "_block_document_name": "cloud"},
    }
    (console.directory / "flows.py").write_text("from prefect import flow\n\n\n@flow\ndef orders(): ...\n")
    (console.directory / "nightly-deployment.yaml").write_text(json.dumps(deployment), encoding="utf-8")
    upgraded = console.run("syntask upgrade --write --allow-dirty -o json")
    steps = [step["command"] for step in json.loads(upgraded.stdout)["next_steps"]]
    console.run("echo '{}' | syntask block create aws-credentials shop")

    (create,) = (step for step in steps if "work-pool create" in step)
    done = console.run(create)

    assert create == "syntask work-pool create cloud --type ecs --base-job-template work-pools/cloud.json"
    assert done.returncode == 0, done.stdout
    assert "$ref" in default(template_of(empty, "cloud"), "aws_credentials")


def test_a_block_that_came_with_the_database_is_read_where_it_is(
    empty: PrefectServer, console: Console
) -> None:
    """A server of Prefect 3 keeps blocks of types that it has no code for."""
    data = {"image": "shop/orders:1", "job": {"spec": {"backoffLimit": 3}}, "customizations": []}
    empty.create_old_block("kubernetes-job", "kept", {"type": "object", "properties": {}}, data)

    done = console.run("syntask work-pool create --from-block kubernetes-job/kept")

    assert done.returncode == 0, done.stdout
    template = template_of(empty, "kept")
    assert template["job_configuration"]["job_manifest"]["spec"]["backoffLimit"] == 3
    assert default(template, "image") == "shop/orders:1"


def test_a_block_that_is_not_there(old: PrefectServer, console: Console) -> None:
    done = console.run(f"syntask work-pool create --from-server {old.api} --from-block process/none")

    assert done.returncode == 1
    assert "no block `process/none`" in done.stdout
