"""Infrastructure, overrides and queues as work pools and job variables."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syntask_yaml.upgrade.infrastructure import INFRASTRUCTURE
from tests.support.upgrading import OldRepository, codes, inline, notes, saved

TOLERATE: dict[str, Any] = {
    "op": "add",
    "path": "/spec/template/spec/tolerations",
    "value": [{"key": "gpu", "operator": "Exists"}],
}
JOB: dict[str, Any] = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"labels": {}},
    "spec": {
        "template": {
            "spec": {
                "parallelism": 1,
                "completions": 1,
                "restartPolicy": "Never",
                "containers": [{"name": "prefect-job", "env": []}],
            }
        }
    },
}


@pytest.mark.parametrize(
    ("block", "pool"),
    [
        (inline("process", type="processz", env={}, command=None, stream_output=True), {"name": "default"}),
        (
            saved("process", "proc", working_dir="/tmp", stream_output=True),
            {"name": "proc", "working_dir": "/tmp"},
        ),
        (
            {**saved("process", "anonymous-1f2e", env={"A": "b"}), "_is_anonymous": True},
            {"name": "default", "env": {"A": "b"}},
        ),
        (
            inline(
                "docker-container", image="r.example.com/o:1", image_pull_policy="ALWAYS", auto_remove=True
            ),
            {
                "name": "docker",
                "image": "r.example.com/o:1",
                "image_pull_policy": "Always",
                "auto_remove": True,
            },
        ),
        (
            inline(
                "docker-container",
                command=["python", "-m", "prefect.engine"],
                networks=["n1"],
                privileged=False,
            ),
            {"name": "docker", "networks": ["n1"]},
        ),
        (inline("docker-container", command=["run me", "-x"]), {"name": "docker", "command": "'run me' -x"}),
        (
            inline("kubernetes-job", namespace="flows", job=JOB, image="r.example.com/o:1"),
            {"name": "kubernetes", "namespace": "flows", "image": "r.example.com/o:1"},
        ),
        (
            inline("kubernetes-job", image="r.example.com/o:latest", namespace="default"),
            {"name": "kubernetes", "image": "r.example.com/o:latest", "image_pull_policy": "Always"},
        ),
        (
            inline("ecs-task", auto_deregister_task_definition=True, task_start_timeout_seconds=120),
            {"name": "ecs", "auto_deregister_task_definition": True, "task_start_timeout_seconds": 120},
        ),
        (
            inline("cloud-run-job", region="europe-west1", cpu=2, memory=512, memory_unit="Mi", timeout=600),
            {"name": "cloud-run", "region": "europe-west1", "cpu": "2000m", "memory": "512Mi"},
        ),
        (
            inline("cloud-run-job-v2", region="europe-west1", cpu="1000m"),
            {"name": "cloud-run-v2", "region": "europe-west1", "cpu": "1000m"},
        ),
        (
            inline("vertex-ai-custom-training-job", region="r", maximum_run_time=7200, service_account="a@b"),
            {"name": "vertex-ai", "region": "r", "maximum_run_time_hours": 2, "service_account_name": "a@b"},
        ),
        (
            inline("azure-container-instance-job", resource_group_name="g", cpu=1.0),
            {"name": "azure-container-instance", "resource_group_name": "g", "cpu": 1.0},
        ),
    ],
)
def test_a_block_becomes_a_pool_and_job_variables(
    old: OldRepository, block: dict[str, Any], pool: dict[str, Any]
) -> None:
    result = old.result(infrastructure=block)

    written = result.entry["work_pool"]
    assert {"name": written["name"], **written.get("job_variables", {})} == pool
    assert codes(result.problems) == set()


def test_every_type_of_the_table_is_tested() -> None:
    cases = test_a_block_becomes_a_pool_and_job_variables.pytestmark[0].args[1]

    assert {block["_block_type_slug"] for block, _ in cases} == set(INFRASTRUCTURE)


@pytest.mark.parametrize(
    ("block", "code"),
    [
        (inline("docker-container", image="prefecthq/prefect:2.19.2-python3.11"), "image-of-prefect-2"),
        (inline("docker-container", image="prefecthq/prefect:2-latest"), "image-of-prefect-2"),
        (inline("kubernetes-job", customizations=[{"op": "remove", "path": "/x"}]), "patch-not-applied"),
        (inline("kubernetes-job", job={"spec": 1}), "pool-template-needed"),
        (inline("ecs-task", task_definition={"containerDefinitions": 1}), "pool-template-needed"),
        (inline("ecs-task", aws_credentials={"$ref": {"block_document_id": "x"}}), "pool-template-needed"),
        (inline("cloud-run-job", max_retries=3), "default-differs"),
        (inline("ecs-task", gpu=True), "unknown-field"),
        (inline("process", condaenv="orders"), "unknown-field"),
        (inline("nomad-job", image="x:1"), "unsupported-infrastructure"),
        ({"type": "process"}, "unsupported-infrastructure"),
    ],
)
def test_what_no_job_variable_can_say_is_reported(
    old: OldRepository, block: dict[str, Any], code: str
) -> None:
    assert codes(old.result(infrastructure=block).problems) == {code}


@pytest.mark.parametrize("slug", ["process", "docker-container", "kubernetes-job"])
def test_what_prefect_ignored_is_noted(old: OldRepository, slug: str) -> None:
    result = old.result(infrastructure=inline(slug, gpu=True))

    assert codes(result.problems) == set()
    assert "unknown-field" in notes(result.problems)
    assert "gpu" not in str(result.entry)


def test_what_kubernetes_repeated_is_noted(old: OldRepository) -> None:
    job = {**JOB, "spec": {**JOB["spec"], "backoffLimit": 2}}

    assert "default-differs" in notes(old.result(infrastructure=inline("kubernetes-job")).problems)
    assert "default-differs" not in notes(
        old.result(infrastructure=inline("kubernetes-job", job=job)).problems
    )


def test_time_is_rounded_up_to_hours(old: OldRepository) -> None:
    block = inline("vertex-ai-custom-training-job", maximum_run_time=4000)

    result = old.result(infrastructure=block)

    assert result.entry["work_pool"]["job_variables"] == {"maximum_run_time_hours": 2}
    assert "default-differs" in notes(result.problems)

    block, overrides = inline("vertex-ai-custom-training-job"), {"maximum_run_time": 4000}
    result = old.result(infrastructure=block, infra_overrides=overrides)

    assert result.entry["work_pool"]["job_variables"] == {"maximum_run_time_hours": 2}
    assert "default-differs" in notes(result.problems)


@pytest.mark.parametrize(
    ("overrides", "variables"),
    [
        ({"env.A": "b"}, {"env": {"X": "1", "A": "b"}}),
        ({"env.A": 3, "env.B": True}, {"env": {"X": "1", "A": "3", "B": "True"}}),
        ({"env": {"A": "b"}}, {"env": {"A": "b"}}),
        ({"env.A.B": "c"}, {"env": {"X": "1", "A.B": "c"}}),
        (
            {"labels.app.kubernetes.io/name": "o"},
            {"env": {"X": "1"}, "labels": {"app.kubernetes.io/name": "o"}},
        ),
        ({"image": "r.example.com/o:2"}, {"env": {"X": "1"}, "image": "r.example.com/o:2"}),
        ({"image_pull_policy": "NEVER"}, {"env": {"X": "1"}, "image_pull_policy": "Never"}),
        (
            {"container_create_kwargs.cpu_shares": 2},
            {"env": {"X": "1"}, "container_create_kwargs": {"cpu_shares": 2}},
        ),
    ],
)
@pytest.mark.parametrize("key", ["infra_overrides", "job_variables"])
def test_overrides_are_nested(
    old: OldRepository, key: str, overrides: dict[str, Any], variables: dict[str, Any]
) -> None:
    fields = {"infra_overrides": {}, key: overrides}

    result = old.result(infrastructure=inline("docker-container", env={"X": "1"}), **fields)

    assert result.entry["work_pool"]["job_variables"] == variables
    assert codes(result.problems) == set()


def test_a_whole_environment_replaces_the_blocks(old: OldRepository) -> None:
    result = old.result(infrastructure=inline("process", env={"X": "1"}), infra_overrides={"env": {"A": "b"}})

    assert "override-replaces-env" in notes(result.problems)


def test_an_unknown_override_is_reported_with_the_nearest(old: OldRepository) -> None:
    block = inline("kubernetes-job", image="r.example.com/o:1")

    result = old.result(infrastructure=block, infra_overrides={"pull_policy": "Never"})

    (problem,) = (each for each in result.problems if each.code == "override-unknown")
    assert problem.hint == "Did you mean `image_pull_policy`?"


def test_an_override_of_the_manifest_needs_a_pool_of_its_own(old: OldRepository) -> None:
    result = old.result(
        infrastructure=inline("kubernetes-job"),
        infra_overrides={"job.spec.backoffLimit": 2, "customizations": [TOLERATE]},
    )

    (pool,) = old.upgrade().pools
    manifest = json.loads(pool.template)["job_configuration"]["job_manifest"]
    assert result.entry["work_pool"]["name"] == pool.name == "kubernetes-nightly"
    assert manifest["spec"]["backoffLimit"] == 2
    assert manifest["spec"]["template"]["spec"]["tolerations"] == TOLERATE["value"]
    assert "override-needs-own-pool" in notes(result.problems)
    assert codes(result.problems) == set()


def test_a_template_is_written_and_used_by_the_command_of_its_pool(old: OldRepository) -> None:
    old.deployment(infrastructure=saved("kubernetes-job", "prod", customizations=[TOLERATE]))

    upgrade = old.written()

    command = "syntask work-pool create prod --type kubernetes --base-job-template work-pools/prod.json"
    assert command in [step for _, step in upgrade.next_steps]
    (pool,) = upgrade.pools
    assert (old.root / "work-pools" / "prod.json").read_text() == f"{pool.template}\n"
    assert old.upgrade().is_empty
    assert not list((old.root / "work-pools").glob(".*"))


def test_values_that_a_patch_changes_are_those_of_the_entry(old: OldRepository) -> None:
    replaced = {"op": "replace", "path": "/metadata/namespace", "value": "other"}
    added = {
        "op": "add",
        "path": "/spec/template/spec/containers/0/env/-",
        "value": {"name": "LEVEL", "value": "1"},
    }
    block = inline("kubernetes-job", namespace="flows", env={"LEVEL": "0"}, customizations=[replaced, added])

    variables = old.entry(infrastructure=block)["work_pool"]["job_variables"]

    assert variables == {"namespace": "other", "env": {"LEVEL": "1"}}


def test_equal_configurations_are_one_pool_with_two_queues(old: OldRepository) -> None:
    for number, queue in enumerate(("fast", "slow", "fast")):
        block = inline("kubernetes-job", customizations=[TOLERATE])
        old.deployment(f"{number}.yaml", name=f"d{number}", work_queue_name=queue, infrastructure=block)

    (pool,) = old.upgrade().pools

    assert (pool.name, pool.type, pool.queues) == ("kubernetes", "kubernetes", ("fast", "slow"))
    assert pool.template


def test_different_templates_are_two_pools(old: OldRepository) -> None:
    for number in range(2):
        block = inline("kubernetes-job", customizations=[{**TOLERATE, "value": [{"key": str(number)}]}])
        old.deployment(f"{number}.yaml", name=f"d{number}", infrastructure=block)

    assert [pool.name for pool in old.upgrade().pools] == ["kubernetes", "kubernetes-2"]


def test_copies_of_one_block_are_one_pool(old: OldRepository) -> None:
    """Though one of them is stale."""
    for number in range(2):
        block = saved(
            "kubernetes-job", "prod", customizations=[{**TOLERATE, "value": [{"key": str(number)}]}]
        )
        old.deployment(f"{number}.yaml", name=f"d{number}", infrastructure=block)

    assert [pool.name for pool in old.upgrade().pools] == ["prod"]


def test_blocks_of_one_name_and_two_types_are_two_pools(old: OldRepository) -> None:
    old.deployment("a.yaml", name="a", infrastructure=saved("process", "prod"))
    old.deployment(
        "b.yaml", name="b", infrastructure=saved("docker-container", "prod", image="r.example.com/o:1")
    )

    assert [(pool.name, pool.type) for pool in old.upgrade().pools] == [
        ("prod", "process"),
        ("prod-docker", "docker"),
    ]


@pytest.mark.parametrize(
    ("chosen", "fields", "name"),
    [
        ({"prod": "big"}, {"infrastructure": saved("process", "prod")}, "big"),
        ({"default": "big"}, {}, "big"),
        ({"process": "big"}, {}, "big"),
        ({"process": "big"}, {"infrastructure": saved("process", "prod")}, "prod"),
        ({"wp": "wp"}, {"work_pool_name": "wp"}, "wp"),
        ({"docker": "big"}, {"infrastructure": inline("docker-container")}, "big"),
        ({"other": "big"}, {}, "default"),
    ],
)
def test_the_user_names_a_pool(old: OldRepository, chosen: dict[str, str], fields: Any, name: str) -> None:
    old.pools |= chosen

    assert old.entry(**fields)["work_pool"]["name"] == name


def test_the_pool_of_agents_is_not_carried(old: OldRepository) -> None:
    result = old.result(work_pool_name="team-agents")

    assert result.entry["work_pool"] == {"name": "default"}
    assert "agent-pool" in notes(result.problems)


def test_a_file_without_infrastructure_is_a_process(old: OldRepository) -> None:
    result = old.result(infrastructure=None)

    assert result.entry["work_pool"] == {"name": "default"}
    assert "agent-file-no-infrastructure" in notes(result.problems)


def test_a_lone_entry_keeps_its_pool_and_was_never_deployed(old: OldRepository) -> None:
    pool = {"name": "big", "work_queue_name": None, "job_variables": {"env": {"A": "b"}}}

    result = old.result(infrastructure=None, work_pool=pool, path=None)

    assert result.entry["work_pool"] == {"name": "big", "job_variables": {"env": {"A": "b"}}}
    assert "never-applied" in notes(result.problems)


def test_the_commands_that_make_pools_are_next_steps(old: OldRepository) -> None:
    old.deployment(infrastructure=saved("docker-container", "my pool", image="r.example.com/o:1"))

    commands = [command for _, command in old.upgrade().next_steps]

    assert "syntask work-pool create 'my pool' --type docker" in commands
    assert "syntask worker start --pool 'my pool'" in commands


def test_a_pool_that_is_no_name_is_reported(old: OldRepository) -> None:
    assert codes(old.result(work_pool_name={"name": "x"}).problems) == {"wrong-type"}
