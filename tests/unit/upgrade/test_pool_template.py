"""What only a template can say: credentials and secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syntask_yaml.upgrade.draft import BlockNeed
from tests.support.upgrading import OldRepository, codes, inline, saved

AMBIENT = {
    "aws_access_key_id": None,
    "aws_client_parameters": {"use_ssl": True, "verify": True, "endpoint_url": None},
}


def template_of(old: OldRepository) -> Any:
    (pool,) = old.upgrade().pools
    return json.loads(pool.template)


@pytest.mark.parametrize(
    ("block", "variable", "need"),
    [
        (
            inline("ecs-task", aws_credentials=saved("aws-credentials", "prod")),
            "aws_credentials",
            BlockNeed("aws-credentials", "prod"),
        ),
        (
            inline("kubernetes-job", cluster_config=saved("kubernetes-cluster-config", "main")),
            "cluster_config",
            BlockNeed("kubernetes-cluster-config", "main"),
        ),
        (
            inline("docker-container", image_registry=saved("docker-registry", "ours", password="hush-hush")),
            "registry_credentials",
            BlockNeed("docker-registry-credentials", "ours"),
        ),
        (
            inline("vertex-ai-custom-training-job", gcp_credentials=saved("gcp-credentials", "prod")),
            "credentials",
            BlockNeed("gcp-credentials", "prod"),
        ),
        (
            inline("cloud-run-job", credentials={"service_account_info": "hush-hush"}),
            "credentials",
            BlockNeed("gcp-credentials", "nightly-credentials"),
        ),
    ],
)
def test_credentials_are_a_block_by_name(
    old: OldRepository, block: dict[str, Any], variable: str, need: BlockNeed
) -> None:
    result = old.result(infrastructure=block)

    template = template_of(old)
    default = template["variables"]["properties"][variable]["default"]
    assert default == f"{{{{ prefect.blocks.{need.type}.{need.name} }}}}"
    assert need in result.converted.blocks
    assert "hush-hush" not in json.dumps(template)
    assert "5a734f3a" not in json.dumps(template)


def test_a_type_that_the_embedded_backend_does_not_know_is_made_on_a_server(old: OldRepository) -> None:
    old.deployment(infrastructure=inline("ecs-task", aws_credentials=saved("aws-credentials", "prod")))

    assert "syntask block create aws-credentials prod" in [command for _, command in old.upgrade().next_steps]


def test_credentials_of_the_machine_are_those_of_the_workers(old: OldRepository) -> None:
    old.deployment(infrastructure=inline("ecs-task", aws_credentials=AMBIENT))

    (pool,) = old.upgrade().pools

    assert pool.template == ""


def test_a_managed_identity_is_written_into_the_template(old: OldRepository) -> None:
    identity = {"registry_url": "r.example.com", "identity": "/subscriptions/1"}
    block = inline("azure-container-instance-job", image_registry={**identity, "_is_anonymous": True})
    old.deployment(infrastructure=block)

    assert template_of(old)["variables"]["properties"]["image_registry"]["default"] == identity


def test_arguments_of_a_cloud_run_job_are_in_its_body(old: OldRepository) -> None:
    old.deployment(infrastructure=inline("cloud-run-job", region="r", args=["-x"]))

    body = template_of(old)["job_configuration"]["job_body"]["spec"]["template"]["spec"]["template"]["spec"]
    assert body["containers"][0]["args"] == ["-x"]
    assert body["containers"][0]["image"] == "{{ image }}"


def test_secrets_of_a_manifest_are_blocks(old: OldRepository) -> None:
    container = {
        "name": "prefect-job",
        "env": [{"name": "API_TOKEN", "value": "hush-hush"}, {"name": "MODE", "value": "fast"}],
    }
    sidecar = {
        "name": "proxy",
        "env": [{"name": "URL", "value": "https://somebody:hush-hush@proxy.example.com"}],
        "envFrom": [{"secretRef": {"name": "theirs"}}],
    }
    job = {"spec": {"template": {"spec": {"containers": [container, sidecar]}}}}

    result = old.result(infrastructure=inline("kubernetes-job", job=job))

    template = template_of(old)
    pod = template["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]
    assert template["variables"]["properties"]["env"]["default"] == {
        "API_TOKEN": "{{ prefect.blocks.secret.api-token }}",
        "MODE": "fast",
    }
    assert pod["containers"][1]["env"][0]["value"] == "{{ prefect.blocks.secret.url }}"
    assert pod["containers"][1]["envFrom"] == sidecar["envFrom"]
    assert "hush-hush" not in json.dumps(template)
    assert codes(result.problems) == {"secret-in-file"}
    assert {need.name for need in result.converted.blocks} == {"api-token", "url"}


def test_a_secret_in_a_patch_or_an_override_is_a_block_too(old: OldRepository) -> None:
    patch = {
        "op": "add",
        "path": "/spec/template/spec/containers/0/env/-",
        "value": {"name": "DB_PASSWORD", "value": "hush-hush"},
    }
    old.deployment(
        infrastructure=inline("kubernetes-job", customizations=[patch]),
        infra_overrides={"job.spec.template.spec.password": "hush-hush"},
    )

    upgrade = old.upgrade()

    (pool,) = upgrade.pools
    assert "hush-hush" not in pool.template
    assert "hush-hush" not in repr(upgrade)
    assert all("hush-hush" not in change.difference for change in upgrade.changes)


def test_ecs_has_the_defaults_of_agents(old: OldRepository) -> None:
    variables = old.entry(infrastructure=inline("ecs-task"))["work_pool"]["job_variables"]

    assert variables == {"auto_deregister_task_definition": True, "task_start_timeout_seconds": 120}
