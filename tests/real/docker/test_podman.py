"""The essential stories with a real Podman instead of Docker, and what is different there."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syntask_yaml.errors import StepFailed
from tests.real.docker import test_build as building
from tests.real.docker import test_buildkit as secrets
from tests.real.docker import test_check_in_image as checking
from tests.real.docker import test_commands as commands
from tests.real.docker import test_key as reuse
from tests.real.docker import test_push as pushing
from tests.real.docker.conftest import Workshop
from tests.support import podman as support
from tests.support.container_engine import NO_LOGINS, Registry, registry
from tests.support.podman import PodmanEngine
from tests.support.python_image import CHANGES

pytestmark = pytest.mark.real

# An image for the Python of this machine, which is mounted into it.
_PYTHON = (*CHANGES, "ENV PYTHONPATH=/site")
_MOUNTED = [f"{path}:{path}:ro" for path in (sys.base_prefix, "/lib", "/lib64")]


@pytest.fixture(name="closed", scope="module")
def _closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that asks for a login."""
    if why_not := support.MISSING or NO_LOGINS:
        pytest.skip(why_not)
    with registry(tmp_path_factory.mktemp("closed"), login=pushing.LOGIN) as found:
        yield found


@pytest.fixture(name="engine", scope="module")
def _engine(closed: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PodmanEngine]:
    with registry(tmp_path_factory.mktemp("open")) as mirror, support.podman(mirror, closed) as engine:
        if reason := engine.why_not():
            pytest.skip(reason)
        yield engine


@pytest.fixture(name="project")
def _project(shop: Workshop) -> commands.Images:
    project = commands.Images(shop.directory, shop.engine, shop.name)
    project.write("Dockerfile")
    project.declare()
    return project


# What holds of Docker, word for word.
test_outputs = building.test_outputs_are_those_of_the_reference
test_output_comes_as_lines = building.test_output_comes_as_lines
test_every_option = building.test_every_option_reaches_the_engine
test_auto_writes_a_dockerfile = building.test_auto_writes_a_dockerfile
test_the_ignore_file = building.test_what_the_ignore_file_leaves_out
test_build_can_push = pushing.test_build_can_push
test_the_login_of_the_docker_configuration = pushing.test_the_login_of_the_docker_configuration
test_a_new_base_image = reuse.test_a_new_base_image_builds_it_again
test_without_looking_for_newer_ones = reuse.test_without_looking_for_newer_ones
test_a_base_image_that_only_this_engine_has = reuse.test_a_base_image_that_only_this_engine_has
test_one_image_for_all = commands.test_one_image_for_all
test_the_plan_knows_what_the_registry_has = commands.test_the_plan_knows_what_the_registry_has
test_private_requirements = secrets.test_private_requirements_of_a_written_dockerfile
test_the_other_builder_builds_the_same = secrets.test_buildkit_builds_what_the_engine_builds


def test_it_is_found_by_its_socket(shop: Workshop, engine: PodmanEngine) -> None:
    """Without `DOCKER_HOST` and without Docker."""
    if Path("/var/run/docker.sock").exists():
        pytest.skip("a Docker of this machine comes first")
    shop.environ["XDG_RUNTIME_DIR"] = str(engine.runtime_directory)
    del shop.environ["DOCKER_HOST"]
    shop.write("Dockerfile")

    assert shop.build()["image"]


def test_a_service_that_ended(shop: Workshop, engine: PodmanEngine) -> None:
    """Its socket stays behind: one message; and when it is there again, nothing is built twice."""
    shop.write("Dockerfile")
    shop.write("own", shop.name)
    assert shop.is_built()
    engine.stop()
    try:
        with pytest.raises(StepFailed, match="Cannot connect to the container engine at `unix://") as failed:
            shop.build()
    finally:
        engine.start()

    assert failed.value.hint == "Start Docker or Podman, or set `DOCKER_HOST` to its address."
    assert not shop.is_built()


def test_what_the_registry_has_is_not_built(shop: Workshop, engine: PodmanEngine) -> None:
    """An engine that lost the image takes it from there, under the names of the first time."""
    shop.write("Dockerfile")
    shop.write("own", shop.name)
    built = shop.build(tag=None, push=True)
    engine.client.remove_image(built["image_id"], force=True)

    assert shop.forecast() == ("pull", "the registry has an image that was built from the same inputs")
    assert shop.build(tag=None) == built
    assert any("the registry has an image" in line for line in shop.lines)
    shop.write("own", "changed")
    assert shop.is_built()


@pytest.mark.parametrize(
    ("dockerfile", "said", "hint"),
    [
        ("FROM base:1\nRUN echo told; exit 7\n", r"exit status 7\.$", ""),
        ("FROM base:1\nNONSENSE x\n", r'Unknown instruction: "NONSENSE"\.$', ""),
        ("FROM base:1\nCOPY nothing /\n", "nothing", ""),
        ("FROM base:1\nRUN --mount=type=cache,target=/x false\n", r"exit status 1\.$", ""),
        ("FROM gone:1\n", "manifest unknown", "Check the name"),
    ],
)
def test_builds_that_fail(shop: Workshop, dockerfile: str, said: str, hint: str) -> None:
    """Podman's own words, without its innards."""
    shop.write("Dockerfile", dockerfile)

    with pytest.raises(StepFailed, match=said) as failed:
        shop.build()
    assert failed.value.hint.startswith(hint)
    assert bool(failed.value.hint) == bool(hint)
    assert "\n" not in failed.value.detail


def test_a_link_that_leads_out(shop: Workshop) -> None:
    """Podman takes none, and does not say so: the hint does."""
    shop.write("Dockerfile")
    (shop.directory / "up").symlink_to("../outside.txt")

    with pytest.raises(StepFailed, match=r"gave no reason \(500\)") as failed:
        shop.build()
    assert ".dockerignore" in failed.value.hint
    shop.write(".dockerignore", "up\n")
    assert shop.build()["image"]


@pytest.mark.parametrize("credentials", [None, {"username": "flow-bot", "password": "wrong-one"}])
def test_a_push_that_is_refused(shop: Workshop, closed: Registry, credentials: dict[str, str] | None) -> None:
    """The registry's words, what to do, and no password."""
    name = f"{closed.address}/{shop.name}"
    shop.write("Dockerfile")
    shop.build(image_name=name)

    with pytest.raises(StepFailed, match="unauthorized") as failed:
        shop.push(image_name=name, credentials=credentials)
    assert "docker login" in failed.value.hint
    assert "wrong-one" not in f"{failed.value.detail} {failed.value.hint} {shop.lines}"


def test_credentials(shop: Workshop, closed: Registry) -> None:
    name, password = pushing.LOGIN
    pushing.test_credentials_of_the_step(shop, closed, {"username": name, "password": password})


def test_the_login_of_podman(shop: Workshop, engine: PodmanEngine, closed: Registry) -> None:
    """What `podman login` wrote is used where the Docker configuration has no login."""
    auth = base64.b64encode(":".join(pushing.LOGIN).encode()).decode()
    logins = engine.runtime_directory / "containers/auth.json"
    logins.write_text(json.dumps({"auths": {closed.address: {"auth": auth}}}))
    name = f"{closed.address}/{shop.name}"
    shop.write("Dockerfile")
    try:
        built = shop.build(image_name=name, push=True)
        engine.client.remove_image(built["image_id"], force=True)
        assert shop.forecast(image_name=name)[0] == "pull"
    finally:
        logins.unlink()


def test_a_secret_is_seen_by_the_build_alone(shop: Workshop, tmp_path: Path) -> None:
    secrets.test_a_secret_is_seen_by_the_build_alone(shop, tmp_path, "file")


def test_no_ssh_agent(shop: Workshop) -> None:
    """Said before anything is built."""
    shop.write("Dockerfile")

    with pytest.raises(StepFailed, match="does not support ssh agents"):
        shop.build(ssh="default")


def test_check_in_an_image(shop: Workshop, engine: PodmanEngine) -> None:
    """`check --image`: a flow that loads, an image without Python, and none at all."""
    engine.add("python:1", {"code/flows.py": checking.FLOWS.format(module="prefect")}, changes=_PYTHON)
    project = checking.Checked(shop.directory, engine, shop.name)
    project.python = "python:1"
    project.declare(installed=[*checking.PREFECT, *_MOUNTED], parameters={"count": 3})

    project.check()
    project.check("--image", "base:1", finds="image-failed")
    project.check("--image", "none-such:1", finds="image-failed")
    assert project.containers() == []
