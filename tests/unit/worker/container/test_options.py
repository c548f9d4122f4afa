"""From job variables to a container."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.worker.container.options import ContainerPlan, container_plan


def _plan(**variables: Any) -> ContainerPlan:
    given = {"image": "app:1", **variables}
    return container_plan(
        given, run_id="0123456789", run_name="calm-owl", directory=Path("/b"), package=Path("/p")
    )


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("app", "Always"),
        ("app:latest", "Always"),
        ("localhost:5000/app", "Always"),
        ("localhost:5000/app:1", "IfNotPresent"),
        ("app:1", "IfNotPresent"),
        ("app@sha256:" + "0" * 64, "IfNotPresent"),
    ],
)
def test_the_default_policy_goes_by_the_tag(image: str, policy: str) -> None:
    assert _plan(image=image).policy == policy
    assert _plan(image=image, image_pull_policy="Never").policy == "Never"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, "calm-owl-01234567"),
        ("etl job/2", "etl-job-2-01234567"),
        ("__x", "x-01234567"),
        ("éé", "run-01234567"),
        ("x" * 300, "x" * 200 + "-01234567"),
    ],
)
def test_the_name_is_one_for_docker(name: str | None, expected: str) -> None:
    assert _plan(name=name).name == expected


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"networks": 3}, "`networks` is not a list"),
        ({"networks": "backend"}, "`networks` is not a list"),
        ({"volumes": {"/a": "/b"}}, "`volumes` is not a list"),
        ({"labels": ["team=a"]}, "`labels` is not a mapping"),
        ({"command": 3}, "`command` is not a text or a list"),
        ({"registry_credentials": "me:secret"}, "`registry_credentials` is not a mapping"),
        ({"container_create_kwargs": 3}, "`container_create_kwargs` is not a mapping"),
        ({"container_create_kwargs": {"mounts": 3}}, "`mounts` is not a list"),
        ({"container_create_kwargs": {"entrypoint": 3}}, "`entrypoint` is not a text or a list"),
    ],
)
def test_a_variable_of_another_kind_is_the_failure_of_its_run_alone(
    variables: dict[str, Any], said: str
) -> None:
    """A variable or block of the backend can be of any kind. What this does not raise ends the worker."""
    with pytest.raises(StepFailed, match=said):
        _plan(**variables)


def test_labels_are_in_the_form_of_docker() -> None:
    labels = _plan(labels={"example.com/team": "a", "plain": 1}).settings["labels"]
    assert labels == {"com.example.team": "a", "plain": "1"}


def test_volumes_begin_in_the_directory_of_the_worker(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    volumes = _plan(volumes=["./data:/data:ro", "/abs:/abs", "named:/named", "/anonymous"]).settings[
        "volumes"
    ]
    assert volumes == [f"{tmp_path}/data:/data:ro", "/abs:/abs", "named:/named", "/anonymous"]


def test_the_first_network_is_that_of_the_start() -> None:
    plan = _plan(networks=["one", "two", "three"])
    assert (plan.settings["network"], plan.networks) == ("one", ("two", "three"))


def test_what_docker_takes_besides_is_passed_on() -> None:
    """But not what is a job variable, as with Prefect; the entrypoint starts the run."""
    more = {"shm_size": "1g", "mem_limit": "1g", "entrypoint": "tini --"}
    plan = _plan(container_create_kwargs=more, mem_limit="2g")
    assert (plan.settings["shm_size"], plan.settings["mem_limit"]) == ("1g", "2g")
    assert plan.entrypoint == ("tini", "--")
    assert "entrypoint" not in plan.settings


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"image": ""}, "names an image"),
        ({"container_create_kwargs": {"environment": {"A": "1"}}}, "cannot set `environment`"),
        ({"container_create_kwargs": {"restart_policy": {}}}, "cannot set `restart_policy`"),
    ],
)
def test_what_cannot_be(variables: dict[str, Any], said: str) -> None:
    with pytest.raises(StepFailed, match=said):
        _plan(**variables)
