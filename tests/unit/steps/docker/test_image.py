"""Names of images: what is one, whose it is, and what to write instead."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

pytest.importorskip("docker", reason="needs the extra [docker]")

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.docker.image import (
    check_tags,
    named,
    registry_host,
    registry_of,
    repository_of,
    tag_of_time,
)


@pytest.mark.parametrize(
    "name",
    ["app", "team/app", "ghcr.io/team/app", "localhost:5000/app", "127.0.0.1:5000/a/b-c_d.e/f", "[::1]:5/a"],
)
def test_names(name: str) -> None:
    """With and without a registry and a port."""
    assert repository_of(name, {}) == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("my app", "without spaces"),
        ("", "without spaces"),
        ("team/app:1.0", "`tag:`"),
        ("team/app@sha256:abc", "`tag:`"),
        ("Team/App", "`team/app`"),
        ("team//app", "registry/team/app"),
        ("--output=x", "registry/team/app"),
        ("../app", "registry/team/app"),
    ],
)
def test_no_names(name: str, hint: str) -> None:
    """What to write instead."""
    with pytest.raises(StepFailed) as failed:
        repository_of(name, {})
    assert hint in failed.value.hint


@pytest.mark.parametrize(
    "variable",
    [
        "SYNTASK_DEFAULT_DOCKER_BUILD_NAMESPACE",
        "PREFECT_DEFAULT_DOCKER_BUILD_NAMESPACE",
        "PREFECT_DEPLOYMENTS_DEFAULT_DOCKER_BUILD_NAMESPACE",
    ],
)
def test_the_namespace_of_names_without_one(variable: str) -> None:
    """Comes from the environment."""
    assert repository_of("app", {variable: "ghcr.io/team/"}) == "ghcr.io/team/app"
    assert repository_of("own/app", {variable: "ghcr.io/team/"}) == "own/app"


@pytest.mark.parametrize("tag", ["", ".a", "-a", "a b", "a/b", "a:b", "x" * 129, "é", "a\n"])
def test_no_tags(tag: str) -> None:
    """Refused before anything is built."""
    with pytest.raises(StepFailed, match="is not a valid image tag"):
        check_tags([tag])


def test_tags_come_in_order_and_once() -> None:
    """The first one is the image's own."""
    assert named("a", "t", ["latest", "t", "v1"]).tags == ("t", "latest", "v1")


def test_the_tag_of_a_time() -> None:
    """It sorts as times do, and is a tag."""
    tag = tag_of_time(datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC))

    assert tag == "2026-02-03t04-05-06-00-00"
    assert check_tags([tag]) == (tag,)


@pytest.mark.parametrize(
    ("name", "registry"),
    [
        ("app", "docker.io"),
        ("team/app", "docker.io"),
        ("docker.io/team/app", "docker.io"),
        ("localhost/app", "localhost"),
        ("ghcr.io/team/app", "ghcr.io"),
        ("127.0.0.1:5000/app", "127.0.0.1:5000"),
    ],
)
def test_the_registry_of_a_name(name: str, registry: str) -> None:
    """As the engine takes it."""
    assert registry_of(name) == registry


@pytest.mark.parametrize(
    "url", ["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io", "https://docker.io"]
)
def test_the_addresses_of_docker_hub(url: str) -> None:
    """Are all one."""
    assert registry_host(url) == "docker.io"
