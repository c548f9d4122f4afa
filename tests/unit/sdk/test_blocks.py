"""Blocks that code reads and writes."""

from __future__ import annotations

import pytest

from syntask.blocks.system import Secret
from syntask.filesystems import GitHub
from syntask.infrastructure import DockerContainer, KubernetesJob, Process
from syntask_yaml import api
from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound, UsageError


def test_a_secret_is_saved_and_read() -> None:
    assert Secret(value="hush").save("token") == "token"
    assert Secret.load("token").get() == "hush"
    assert "hush" not in repr(Secret.load("token"))
    with pytest.raises(BackendConflict):
        Secret(value="other").save("token")
    Secret(value="other").save("token", overwrite=True)
    assert Secret.load("token").get() == "other"

    with pytest.raises(NotFound, match="secret/none") as caught:
        Secret.load("none").get()
    assert "syntask block create secret none" in caught.value.hint


def test_what_cannot_be_saved_is_refused() -> None:
    with pytest.raises(UsageError, match="no name"):
        Secret(value="x").save()
    with pytest.raises(BackendRefused, match="Prefect 2") as caught:
        GitHub(repository="x").save("demo")
    assert "github-repository" in caught.value.hint
    with pytest.raises(BackendRefused) as caught:
        Process(env={}).save("p")
    assert "publish_as_work_pool" in caught.value.hint


def test_infrastructure_is_published_as_a_pool() -> None:
    pool = DockerContainer(image="shop/orders:1", env={"A": "1"}).publish_as_work_pool("box")

    assert (pool.name, pool.type) == ("box", "docker")
    with api.open_backend() as backend:
        (stored,) = (each for each in backend.pools() if each.name == "box")
    properties: dict[str, dict[str, object]] = stored.base_job_template["variables"]["properties"]  # type: ignore[index,call-overload,assignment]  # JSON
    assert properties["image"]["default"] == "shop/orders:1"
    assert properties["env"]["default"] == {"A": "1"}

    same = DockerContainer(image="shop/orders:1", env={"A": "1"}).publish_as_work_pool("box")
    assert same.name == "box"
    with pytest.raises(BackendConflict, match="differs"):
        DockerContainer(image="shop/orders:2").publish_as_work_pool("box")
    with pytest.raises(UsageError, match="no name"):
        Process().publish_as_work_pool()
    with pytest.raises(BackendRefused, match="`kubernetes`") as caught:
        KubernetesJob(image="x").publish_as_work_pool("k8s")
    assert "PREFECT_API_URL" in caught.value.hint
