"""Task definitions and patches of ECS blocks in a template."""

from __future__ import annotations

from typing import Any

from syntask_yaml.upgrade.templates.defaults import default_templates
from syntask_yaml.upgrade.templates.ecs import lift_ecs
from syntask_yaml.upgrade.templates.lift import Lifted

TEMPLATE = default_templates()["ecs"]["job_configuration"]
NETWORK = "/networkConfiguration/awsvpcConfiguration"


def add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def customized(*patches: Any, **settings: Any) -> Lifted:
    return lift_ecs({"task_customizations": list(patches)}, settings, TEMPLATE)


def test_a_task_definition_keeps_its_parts_and_gives_defaults() -> None:
    definition = {
        "cpu": "512",
        "memory": "1024",
        "family": "orders",
        "taskRoleArn": "arn:role",
        "containerDefinitions": [
            {"name": "proxy", "image": "shop/proxy:1"},
            {"name": "prefect", "image": "shop/orders:1", "environment": [{"name": "A", "value": "1"}]},
        ],
    }

    found = lift_ecs({"task_definition": definition}, {}, TEMPLATE)

    assert found.values == {
        "cpu": "512",
        "memory": "1024",
        "family": "orders",
        "image": "shop/orders:1",
        "container_name": "prefect",
    }
    lifted = found.configuration["task_definition"]
    assert lifted["taskRoleArn"] == "arn:role"
    assert lifted["containerDefinitions"] == [
        {
            "image": "{{ image }}",
            "name": "{{ container_name }}",
            "environment": [{"name": "A", "value": "1"}],
        },
        {"name": "proxy", "image": "shop/proxy:1"},
    ]


def test_a_definition_without_the_container_of_the_flow_gets_it() -> None:
    definition = {"containerDefinitions": [{"name": "proxy", "image": "shop/proxy:1"}]}

    found = lift_ecs({"task_definition": definition}, {"image": "shop/orders:1"}, TEMPLATE)

    names = [each["name"] for each in found.configuration["task_definition"]["containerDefinitions"]]
    assert names == ["{{ container_name }}", "proxy"]
    assert found.values["container_name"] == "prefect"


def test_fields_of_the_block_take_precedence_over_the_definition() -> None:
    found = lift_ecs({"task_definition": {"cpu": "512"}}, {"cpu": 256}, TEMPLATE)

    assert found.values["cpu"] == 256


def test_a_network_beside_a_vpc_is_a_variable() -> None:
    patches = [add(f"{NETWORK}/subnets", ["s1"]), add(f"{NETWORK}/securityGroups", ["g1"])]
    network = {"subnets": ["s1"], "assignPublicIp": "ENABLED", "securityGroups": ["g1"]}

    assert customized(*patches, vpc_id="vpc-1").values == {
        "launch_type": "FARGATE",
        "network_configuration": network,
    }
    request = customized(*patches).configuration["task_run_request"]
    assert request["networkConfiguration"] == {"awsvpcConfiguration": network}


def test_a_network_without_subnets_is_reported() -> None:
    found = customized(add(f"{NETWORK}/securityGroups", ["g1"]))

    assert [remark.code for remark in found.remarks] == ["pool-template-needed"]


def test_patches_of_the_request_apply_to_it() -> None:
    found = customized(
        add("/overrides/containerOverrides/0/environment/-", {"name": "A", "value": "1"}),
        add("/tags/-", {"key": "team", "value": "data"}),
        add("/propagateTags", "TASK_DEFINITION"),
        {"op": "remove", "path": "/launchType"},
        add("/capacityProviderStrategy", [{"capacityProvider": "spot"}]),
        cluster="main",
    )

    request = found.configuration["task_run_request"]
    assert found.values["env"] == found.patched == {"A": "1"}
    assert request["overrides"]["containerOverrides"][0]["environment"] == "{{ env }}"
    assert request["tags"] == [{"key": "team", "value": "data"}]
    assert request["propagateTags"] == "TASK_DEFINITION"
    assert "launchType" not in request
    assert found.values["capacity_provider_strategy"] == [{"capacityProvider": "spot"}]
    assert request["cluster"] == "{{ cluster }}"
