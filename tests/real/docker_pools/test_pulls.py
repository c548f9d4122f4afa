"""When the image of a run is pulled, from a real registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import container_engine
from tests.support.container_engine import ContainerEngine
from tests.support.docker_pool import IMAGE, PoolProject, pool_project

pytestmark = pytest.mark.real
PULLED = "Pulling the image `{}`."


@pytest.fixture(name="at_registry")
def _at_registry(project: PoolProject) -> Iterator[PoolProject]:
    """A project whose image is known to the registry only, under a name of its own."""
    client, address = project.engine.client, project.engine.registry.address
    name = f"{address}/team/pulls"
    client.pull("runs", "1")
    for tag in ("1", "latest"):
        client.tag(IMAGE, name, tag)
        for answer in client.push(name, tag=tag, stream=True, decode=True):
            assert "error" not in answer
        client.remove_image(f"{name}:{tag}", noprune=True)
    project.image = name
    yield project
    for tag in ("1", "latest"):
        client.remove_image(f"{name}:{tag}", force=True, noprune=True)


def _pulls(project: PoolProject, image: str, policy: str | None) -> tuple[str, bool]:
    """The state of a run, and whether it pulled."""
    run = project.run("tell", image=image, auto_remove=True, image_pull_policy=policy)
    return run["state"], PULLED.format(image) in project.logs(run["id"])


@pytest.mark.torture
def test_the_policies(at_registry: PoolProject) -> None:
    """Never does not; IfNotPresent once; Always every time; and the default goes by the tag."""
    one, latest = f"{at_registry.image}:1", f"{at_registry.image}:latest"

    assert _pulls(at_registry, one, "Never") == ("CRASHED", False)
    assert _pulls(at_registry, one, "IfNotPresent") == ("COMPLETED", True)
    assert _pulls(at_registry, one, None) == ("COMPLETED", False)
    assert _pulls(at_registry, one, "Never") == ("COMPLETED", False)
    assert _pulls(at_registry, one, "Always") == ("COMPLETED", True)
    assert _pulls(at_registry, latest, None) == ("COMPLETED", True)
    assert _pulls(at_registry, at_registry.image, None) == ("COMPLETED", True)


def test_a_registry_that_is_gone(project: PoolProject) -> None:
    """With IfPossible, the image that is there is used; with Always, the run has crashed."""
    project.engine.client.pull("runs", "1")
    project.engine.client.tag(IMAGE, "127.0.0.1:9/team/gone", "1")

    assert _pulls(project, "127.0.0.1:9/team/gone:1", "IfPossible") == ("COMPLETED", True)
    assert _pulls(project, "127.0.0.1:9/team/gone:1", "Always") == ("CRASHED", True)


@pytest.mark.skipif(bool(container_engine.NO_LOGINS), reason=container_engine.NO_LOGINS)
@pytest.mark.torture
def test_a_login_from_a_block(docker: ContainerEngine, tmp_path: Path) -> None:
    """`registry_credentials`, looked up by the worker; without it the run says to log in."""
    with (
        container_engine.registry(tmp_path / "closed", login=("user", "pass-w0rd")) as closed,
        pool_project(tmp_path / "project", docker, docker.environ) as project,
    ):
        client, name = docker.client, f"{closed.address}/team/closed"
        client.pull("runs", "1")
        client.tag(IMAGE, name, "1")
        login = {"username": "user", "password": "pass-w0rd"}
        for answer in client.push(name, tag="1", stream=True, decode=True, auth_config=login):
            assert "error" not in answer
        client.remove_image(f"{name}:1", noprune=True)

        refused = project.run("tell", image=f"{name}:1")
        assert refused["state"] == "CRASHED"
        assert "docker login" in refused["message"]
        block = f'{{"username": "user", "password": "pass-w0rd", "registry_url": "{closed.address}"}}'
        project.syntask("block", "create", "docker-registry-credentials", "closed", input=block)
        reference = "{{ prefect.blocks.docker-registry-credentials.closed }}"
        run = project.run("tell", image=f"{name}:1", registry_credentials=reference)
        assert run["state"] == "COMPLETED", run["message"]
        client.remove_image(f"{name}:1", force=True, noprune=True)
