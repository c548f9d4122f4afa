"""One block as a pool: the fields are defaults of job variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syntask_yaml.backend.prefect.old_block import OldBlock
from syntask_yaml.errors import ProjectInvalid, UsageError
from syntask_yaml.model.secret import Secret
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.upgrade.block_pool import BlockPool, block_of_server, pool_of_block, read_block
from syntask_yaml.upgrade.draft import BlockNeed
from syntask_yaml.upgrade.infrastructure import INFRASTRUCTURE
from syntask_yaml.upgrade.templates.defaults import Template, default_templates
from tests.support.upgrading import inline, saved

_KEYS = st.sampled_from(
    "spec template metadata labels containers env name value args image resources limits cpu environment "
    "containerDefinitions overrides containerOverrides tags key networkConfiguration password TOKEN".split()
)
_LEAVES = st.sampled_from([None, 1, True, "text", "", "prefect", "{{ x }}", "https://somebody:hush-hush@h"])
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)
_PLACES = st.sampled_from(
    "/spec /metadata /metadata/labels /spec/template/spec /spec/template/spec/containers/0 /tags /overrides "
    "/spec/template/spec/containers/0/env /overrides/containerOverrides/0 /networkConfiguration".split()
)
_OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace"]), "path": _PLACES, "value": _VALUES}
)
_PATCHES = st.lists(_OPERATIONS | _VALUES, max_size=3)
_FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "kubernetes-job": {
        **dict.fromkeys(("job", "cluster_config", "env", "labels", "image", "namespace"), _VALUES),
        "customizations": _PATCHES,
    },
    "ecs-task": {
        **dict.fromkeys(("task_definition", "aws_credentials", "env", "cpu", "vpc_id", "image"), _VALUES),
        "task_customizations": _PATCHES,
    },
    "docker-container": dict.fromkeys(("image_registry", "env", "networks"), _VALUES),
    "cloud-run-job": dict.fromkeys(("args", "credentials", "memory", "memory_unit", "cpu"), _VALUES),
    "vertex-ai-custom-training-job": dict.fromkeys(("gcp_credentials", "maximum_run_time"), _VALUES),
    "azure-container-instance-job": dict.fromkeys(("aci_credentials", "image_registry"), _VALUES),
}
_BLOCKS = st.sampled_from(sorted(_FIELDS)).flatmap(
    lambda slug: st.tuples(st.just(slug), st.fixed_dictionaries({}, optional=_FIELDS[slug]))
)
ENV = "/spec/template/spec/containers/0/env/-"


def pool_of(tmp_path: Path, block: dict[str, Any], base: Template | None = None) -> BlockPool:
    path = tmp_path / "infra.json"
    path.write_text(json.dumps(block), encoding="utf-8")
    return pool_of_block(read_block(path), "prod", base or {}, dialect=Dialect.PREFECT)


def defaults(pool: BlockPool, type: str) -> dict[str, Any]:
    """The defaults that are not those of the type."""
    before, after = (each["variables"]["properties"] for each in (default_templates()[type], pool.template))
    found = {name: schema.get("default") for name, schema in after.items()}
    return {name: value for name, value in found.items() if value != before[name].get("default")}


@pytest.mark.parametrize(
    ("block", "values"),
    [
        (
            inline("process", env={"A": "b", "GONE": None}, working_dir="/srv", command=["run me", "-x"]),
            {"env": {"A": "b", "GONE": None}, "working_dir": "/srv", "command": "'run me' -x"},
        ),
        (
            inline("docker-container", image="shop/orders:1", image_pull_policy="ALWAYS", volumes=["/a:/a"]),
            {"image": "shop/orders:1", "image_pull_policy": "Always", "volumes": ["/a:/a"]},
        ),
        (
            inline(
                "kubernetes-job",
                env={"A": "block", "B": "block"},
                job={
                    "spec": {
                        "template": {"spec": {"containers": [{"env": [{"name": "A", "value": "manifest"}]}]}}
                    }
                },
                customizations=[{"op": "add", "path": ENV, "value": {"name": "B", "value": "patch"}}],
            ),
            {"env": {"A": "block", "B": "patch"}},
        ),
        (
            inline("ecs-task", cpu=512, vpc_id="vpc-1"),
            {
                "cpu": 512,
                "vpc_id": "vpc-1",
                "auto_deregister_task_definition": True,
                "task_start_timeout_seconds": 120,
            },
        ),
        (
            inline("cloud-run-job", region="europe-west1", cpu=2, memory=512, memory_unit="Mi"),
            {"region": "europe-west1", "cpu": "2000m", "memory": "512Mi"},
        ),
        (inline("cloud-run-job-v2", max_retries=2), {"max_retries": 2}),
        (
            inline("vertex-ai-custom-training-job", region="r", image="i:1", maximum_run_time=4000),
            {"region": "r", "image": "i:1", "maximum_run_time_hours": 2},
        ),
        (
            inline("azure-container-instance-job", resource_group_name="g", subscription_id="s", cpu=2.0),
            {"resource_group_name": "g", "subscription_id": "s", "cpu": 2.0},
        ),
    ],
)
def test_fields_are_defaults(tmp_path: Path, block: dict[str, Any], values: dict[str, Any]) -> None:
    pool_type = INFRASTRUCTURE[block["_block_type_slug"]].type

    assert defaults(pool_of(tmp_path, block), pool_type) == values


def test_required_variables_with_a_default_are_not_required(tmp_path: Path) -> None:
    block = inline("vertex-ai-custom-training-job", region="r")

    assert pool_of(tmp_path, block).template["variables"]["required"] == ["image"]


def test_the_template_of_the_backend_is_the_base(tmp_path: Path) -> None:
    base: Template = {
        "job_configuration": {"image": "{{ image }}", "new": "{{ new }}"},
        "variables": {"type": "object", "properties": {"image": {}, "new": {"default": 1}}},
    }

    template = pool_of(tmp_path, inline("docker-container", image="a:1", privileged=True), base).template

    assert template["variables"]["properties"] == {
        "image": {"default": "a:1"},
        "new": {"default": 1},
        "privileged": {"default": True},
    }
    assert template["job_configuration"]["privileged"] == "{{ privileged }}"


def test_secrets_are_references(tmp_path: Path) -> None:
    pool = pool_of(tmp_path, inline("process", env={"API_TOKEN": "hush-hush"}))

    assert defaults(pool, "process") == {"env": {"API_TOKEN": "{{ prefect.blocks.secret.api-token }}"}}
    assert pool.blocks == (BlockNeed("secret", "api-token"),)


def test_braces_are_as_the_block_had_them(tmp_path: Path) -> None:
    pool = pool_of(tmp_path, inline("process", env={"A": "{{ b }}"}))

    assert defaults(pool, "process") == {"env": {"A": "{{ b }}"}}


def test_the_block_of_a_deployment_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "deployment.yaml"
    infrastructure = saved("process", "ours", working_dir="/srv")
    content = {"name": "a", "entrypoint": "f.py:f", "infrastructure": infrastructure}
    path.write_text(json.dumps(content))

    block = read_block(path)

    assert (block.type, block.name, block.pool_type) == ("process", "ours", "process")


@pytest.mark.parametrize("key", ["job_variables", "infra_overrides"])
def test_overrides_are_no_field_of_a_block(tmp_path: Path, key: str) -> None:
    """They are reported, and its own fields count."""
    pool = pool_of(tmp_path, inline("docker-container", **{"image": "shop/flows:1", key: {"image": "b:2"}}))

    (problem,) = pool.problems
    assert (problem.code, problem.path) == ("unknown-field", ("infrastructure", key))
    assert defaults(pool, "docker") == {"image": "shop/flows:1"}


def test_a_block_of_a_server_has_its_secrets_hidden() -> None:
    nested = {"aws_secret_access_key": Secret("hush-hush"), "_block_document_name": "prod"}
    found = OldBlock("ecs-task", "ours", {"aws_credentials": nested, "env": {"TOKEN": "hush-hush"}})

    block = block_of_server(found, "http://old/api")

    pool = pool_of_block(block, block.name, {}, dialect=Dialect.PREFECT)
    assert block.name == "ours"
    assert "hush-hush" not in repr((block, pool))
    assert set(pool.blocks) == {BlockNeed("aws-credentials", "prod"), BlockNeed("secret", "token")}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("type: process", UsageError),
        ("[1]", UsageError),
        ("block_type_slug: process\n_block_document_name: ours", UsageError),
        ("a: [", ProjectInvalid),
    ],
)
def test_a_file_without_a_block(tmp_path: Path, text: str, error: type[Exception]) -> None:
    path = tmp_path / "infra.yaml"
    path.write_text(text)

    with pytest.raises(error):
        read_block(path)


def test_a_block_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "infra.yaml"
    path.write_text("{block_type_slug: github, repository: https://git.example.com/r}")

    with pytest.raises(UsageError, match="`github`"):
        _ = read_block(path).pool_type


@given(_BLOCKS)
def test_whatever_a_block_holds_becomes_a_template_without_secrets(found: tuple[str, dict[str, Any]]) -> None:
    block = block_of_server(OldBlock(found[0], "ours", found[1]), "http://old/api")

    pool = pool_of_block(block, "ours", {}, dialect=Dialect.PREFECT)

    assert "hush-hush" not in json.dumps(pool.template)
    assert "hush-hush" not in repr(pool)
