"""Manifests and patches of Kubernetes blocks in a template."""

from __future__ import annotations

from typing import Any

import pytest

from syntask_yaml.upgrade.templates.defaults import default_templates
from syntask_yaml.upgrade.templates.kubernetes import lift_kubernetes
from syntask_yaml.upgrade.templates.lift import Lifted

TEMPLATE = default_templates()["kubernetes"]["job_configuration"]
CONTAINER = "/spec/template/spec/containers/0"


def lifted(job: Any = None, *customizations: Any, **settings: Any) -> Lifted:
    return lift_kubernetes({"job": job, "customizations": list(customizations)}, settings, TEMPLATE)


def with_container(**fields: Any) -> dict[str, Any]:
    """A manifest whose container has *fields*."""
    return {"spec": {"template": {"spec": {"containers": [{"name": "prefect-job", **fields}]}}}}


def manifest(found: Lifted) -> Any:
    return found.configuration["job_manifest"]


def container(found: Lifted) -> Any:
    return manifest(found)["spec"]["template"]["spec"]["containers"][0]


def add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def test_without_anything_the_template_stays() -> None:
    assert manifest(lifted()) == TEMPLATE["job_manifest"]


def test_values_of_the_manifest_are_defaults_of_variables() -> None:
    job = with_container(image="shop/orders:1", imagePullPolicy="Never", resources={"limits": {"cpu": "2"}})
    job["metadata"] = {"namespace": "flows", "generateName": "old-"}
    job["spec"]["ttlSecondsAfterFinished"] = 60
    job["spec"]["template"]["spec"]["serviceAccountName"] = "runner"

    found = lifted(job)

    assert found.values == {
        "image": "shop/orders:1",
        "image_pull_policy": "Never",
        "namespace": "flows",
        "finished_job_ttl": 60,
        "service_account_name": "runner",
        "cpu_limit": "2",
    }
    assert manifest(found) == TEMPLATE["job_manifest"]


def test_fields_of_the_block_take_precedence_over_the_manifest() -> None:
    found = lifted(with_container(image="shop/orders:1"), image="shop/orders:2")

    assert found.values["image"] == "shop/orders:2"


def test_the_environment_is_a_variable_but_references_stay() -> None:
    reference = {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}

    found = lifted(with_container(env=[{"name": "A", "value": "1"}, reference, {"name": "A", "value": "2"}]))

    assert found.values["env"] == {"A": "2"}
    assert container(found)["env"] == [reference]
    assert container(lifted(with_container(env=[{"name": "A", "value": "1"}])))["env"] == "{{ env }}"


def test_what_is_no_variable_stays_as_it_is() -> None:
    sidecar = {"name": "proxy", "image": "shop/proxy:1", "env": [{"name": "A", "value": "1"}]}
    job = with_container(volumeMounts=[{"name": "v", "mountPath": "/v"}])
    pod = job["spec"]["template"]["spec"]
    pod["containers"].append(sidecar)
    pod |= {"volumes": [{"name": "v", "emptyDir": {}}], "affinity": {"nodeAffinity": {}}}
    job["metadata"] = {"labels": {"team": "data"}, "annotations": {"a": "b"}}
    job["spec"]["backoffLimit"] = 3

    found = lifted(job)

    spec = manifest(found)["spec"]
    assert spec["template"]["spec"]["containers"][1] == sidecar
    assert spec["template"]["spec"]["volumes"] == pod["volumes"]
    assert container(found)["volumeMounts"] == [{"name": "v", "mountPath": "/v"}]
    assert spec["backoffLimit"] == 3
    assert manifest(found)["metadata"]["labels"] == {"team": "data"}
    assert manifest(found)["metadata"]["annotations"] == {"a": "b"}
    assert found.values == {}


def test_patches_apply_to_the_concrete_manifest() -> None:
    """Adding to `env` is the commonest of all, and there is no list in a template."""
    found = lifted(
        None,
        add(f"{CONTAINER}/env/-", {"name": "A", "value": "1"}),
        add("/metadata/labels/foo", "bar"),
        add(f"{CONTAINER}/resources", {"requests": {"memory": "1Gi"}}),
        add("/spec/template/spec/nodeSelector", {"pool": "batch"}),
        add("/metadata/namespace", "flows"),
    )

    assert found.values == {"env": {"A": "1"}, "memory_request": "1Gi", "namespace": "flows"}
    assert found.patched == {"A": "1"}
    assert manifest(found)["metadata"]["labels"] == {"foo": "bar"}
    assert manifest(found)["spec"]["template"]["spec"]["nodeSelector"] == {"pool": "batch"}
    assert container(found)["resources"]["requests"]["memory"] == "{{ memory_request }}"
    assert found.remarks == ()


def test_a_patch_takes_precedence_over_the_block() -> None:
    found = lifted(None, {"op": "replace", "path": f"{CONTAINER}/image", "value": "b:1"}, image="a:1")

    assert found.values["image"] == "b:1"


def test_what_a_patch_removes_is_not_in_the_template() -> None:
    job = {"spec": {"backoffLimit": 2, "template": {"spec": {"hostNetwork": True}}}}

    found = lifted(
        job,
        {"op": "remove", "path": "/spec/template/spec/hostNetwork"},
        {"op": "remove", "path": "/spec/backoffLimit"},
    )

    assert "hostNetwork" not in manifest(found)["spec"]["template"]["spec"]
    assert "backoffLimit" not in manifest(found)["spec"]


@pytest.mark.parametrize(
    "patch", [{"op": "remove"}, {"op": "replace", "value": "OnFailure"}], ids=lambda patch: patch["op"]
)
def test_what_workers_require_stays(patch: dict[str, Any]) -> None:
    """They refuse every run otherwise, though agents did not check what patches do."""
    found = lifted(None, {**patch, "path": "/spec/template/spec/restartPolicy"})

    assert manifest(found)["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert [remark.code for remark in found.remarks] == ["manifest-required"]


def test_a_patch_that_does_not_apply_is_reported_and_the_others_do() -> None:
    found = lifted(
        None,
        {"op": "replace", "path": "/spec/none/here", "value": 1},
        add("/spec/template/spec/hostNetwork", True),
    )

    (remark,) = found.remarks
    assert remark.code == "patch-not-applied"
    assert remark.detail == ("Operation 1 of `customizations` does not apply: `replace /spec/none/here`.")
    assert manifest(found)["spec"]["template"]["spec"]["hostNetwork"] is True


def test_patches_may_be_a_text() -> None:
    patch = '[{"op": "add", "path": "/metadata/namespace", "value": "flows"}]'

    assert lift_kubernetes({"customizations": patch}, {}, TEMPLATE).values == {"namespace": "flows"}


def test_a_command_of_a_patch_is_the_command() -> None:
    found = lifted(with_container(args=["old"]), add(f"{CONTAINER}/args", ["run me", "-x"]))

    assert found.values == {"command": "'run me' -x"}
    assert container(found)["args"] == "{{ command }}"


@pytest.mark.parametrize(
    ("job", "code"),
    [
        ("text", "pool-template-needed"),
        ({"spec": 1}, "pool-template-needed"),
        ({"spec": {"template": {"spec": {"containers": []}}}}, "pool-template-needed"),
        (with_container(workingDir="{{ x }}"), "pool-template-needed"),
        (with_container(name="flow"), "manifest-required"),
        ({**with_container(), "kind": "CronJob"}, "manifest-required"),
    ],
)
def test_what_needs_a_look(job: Any, code: str) -> None:
    assert [remark.code for remark in lifted(job).remarks] == [code]
