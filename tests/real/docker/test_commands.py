"""`plan`, `deploy` and `render` with images: what is built, for whom, why, and what everybody sees of it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.real.docker.conftest import Project, Workshop

pytestmark = pytest.mark.real

SECRET = "planted-t0ken/with space"

PROJECT = """
name: images
build:
  - prefect.deployments.steps.run_shell_script:
      id: sha
      script: echo abc123
      stream_output: false
  - prefect_docker.deployments.steps.build_docker_image:
      id: image
      requires: prefect-docker>=0.3.1
      image_name: {repository}
      tag: "{{{{ sha.stdout }}}}"
      additional_tags: [latest]
push:
  - prefect_docker.deployments.steps.push_docker_image:
      image_name: "{{{{ image.image_name }}}}"
      tag: "{{{{ image.tag }}}}"
pull:
  - prefect.deployments.steps.set_working_directory:
      directory: /opt/{{{{ image.tag }}}}
deployments:
{deployments}
"""
DEPLOYMENT = """  - name: d{number}
    entrypoint: flows.py:etl
    version: "{{{{ image.tag }}}}"
    tags: ["image-{{{{ image.tag }}}}"]
    description: "{{{{ image.image }}}}"
    parameters: {{source: "{{{{ image.image_id }}}}"}}
    work_pool:
      name: default
      job_variables: {{image: "{{{{ image.image }}}}", tags: "{{{{ image.additional_tags }}}}"}}
"""


class Images(Project):
    """A project whose deployments name the images that it builds."""

    def declare(self, text: str = PROJECT, *, count: int = 3) -> None:
        deployments = "".join(DEPLOYMENT.format(number=number) for number in range(count))
        self.write("syntask.yaml", text.format(repository=self.repository, deployments=deployments))
        self.write("flows.py", "from syntask import flow\n\n@flow\ndef etl(source: str = ''): ...\n")
        self.write(".dockerignore", "syntask.yaml\n__pycache__\n")
        self.write("own", self.name)

    def planned_images(self) -> list[tuple[str, str]]:
        """What a plan says of the images: what becomes of each, and why."""
        return [(each["action"], each["reason"]) for each in self.json("plan", "--all")["images"]]

    def kept(self) -> dict[str, list[str]]:
        """The images that the engine has, each with its names; it lists those of one second in any order."""
        return {each["Id"]: sorted(each["RepoTags"] or ()) for each in self.engine.client.images()}


@pytest.fixture(name="project")
def _project(shop: Workshop) -> Images:
    project = Images(shop.directory, shop.engine, shop.name)
    project.write("Dockerfile")
    project.declare()
    return project


def test_one_image_for_all(project: Images) -> None:
    """Built once, pushed once; every field that names it has what the steps put out."""
    done = project.syntask("deploy", "--all")
    image_id = project.inspect(f"{project.repository}:abc123")["Id"]

    assert done.stderr.count("Successfully built") == 1
    assert "[build: " in done.stderr
    for number in range(3):
        deployed = project.json("deployment", "inspect", f"etl/d{number}")
        assert deployed["version"] == "abc123"
        assert deployed["tags"] == ["image-abc123"]
        assert deployed["description"] == f"{project.repository}:abc123"
        assert deployed["parameters"] == {"source": image_id}
        assert deployed["work_pool"]["job_variables"] == {
            "image": f"{project.repository}:abc123",
            "tags": ["latest"],
        }
        assert list(deployed["pull"][0].values()) == [{"directory": "/opt/abc123"}]
    assert project.is_pushed("abc123")


def test_the_plan_says_what_would_be_built_and_why(project: Images) -> None:
    """And builds nothing itself."""
    first = project.planned_images()
    text = project.syntask("plan", "--all").stdout
    assert project.engine.client.images(project.repository) == []
    project.syntask("deploy", "--all")
    same = project.planned_images()
    project.write("flows.py", "from syntask import flow\n\n@flow\ndef etl(source: str = 'x'): ...\n")
    changed = project.planned_images()
    project.write("Dockerfile", "FROM base:1\nCOPY . /other/\n")
    both = project.planned_images()
    suffix = ", before the previous steps have run"

    assert first == [("build", f"no image in the engine or the registry was built from these inputs{suffix}")]
    assert f"image {project.repository}: build, no image in the engine" in text
    assert "(etl/d0 and 2 more)" in text
    assert same == [("unchanged", f"nothing changed{suffix}")]
    assert changed == [("build", f"the files have changed{suffix}")]
    assert both == [("build", f"the files and Dockerfile have changed{suffix}")]


FIRST = """
name: images
build:
  - prefect_docker.deployments.steps.build_docker_image:
      id: image
      image_name: {repository}
push:
  - prefect_docker.deployments.steps.push_docker_image:
      id: pushed
      image_name: "{{{{ image.image_name }}}}"
      tag: "{{{{ image.tag }}}}"
pull: []
deployments:
{deployments}
"""


def test_the_plan_knows_what_an_unchanged_build_puts_out(project: Images) -> None:
    """A second plan is empty; with a changed file it is not, nor where no engine answers."""
    words = ("plan", "--all", "--detailed-exitcode")
    project.declare(FIRST)
    project.syntask(*words, code=2)
    project.syntask("deploy", "--all")
    images = project.kept()
    same = project.syntask(*words)
    project.syntask("plan", "--all", "--save", "../same.json")
    applied = project.syntask("deploy", "--plan", "../same.json")

    assert "(known after build)" not in same.stdout
    assert "unchanged, nothing changed" in same.stdout
    assert "3 unchanged" in applied.stdout
    assert project.kept() == images

    project.write("own", "changed")
    changed = project.syntask(*words, code=2)
    assert "build, the files have changed" in changed.stdout
    assert "(known after build)" in changed.stdout
    project.syntask("plan", "--all", "--save", "held.json")
    project.syntask("deploy", "--plan", "held.json")  # which the build sees, and the plan holds
    project.syntask(*words)

    project.environ["DOCKER_HOST"] = "unix:///nowhere/docker.sock"
    assert "(known after build)" in project.syntask(*words, code=2).stdout


def test_the_plan_knows_what_the_registry_has(project: Images) -> None:
    """With a tag that is declared, also where the image was never pulled; and it pulls nothing."""
    text = FIRST.replace("      id: image\n", "      id: image\n      tag: stable\n")
    declared = DEPLOYMENT.replace('    parameters: {{source: "{{{{ image.image_id }}}}"}}\n', "")
    project.declare(
        text.replace("{deployments}", declared.format(number=0).replace("{", "{{").replace("}", "}}"))
    )
    project.syntask("deploy", "--all")
    for image in project.engine.client.images(project.repository):
        project.engine.client.remove_image(image["Id"], force=True)
    planned = project.syntask("plan", "--all", "--detailed-exitcode")

    assert "pull, the registry has an image" in planned.stdout
    assert project.engine.client.images(project.repository) == []


def test_nothing_is_built_twice_unless_asked_for(project: Images) -> None:
    """A second deploy, `--rebuild` and `--skip-build`."""
    project.syntask("deploy", "--all")
    again = project.syntask("deploy", "--all")
    rebuilt = project.syntask("deploy", "--all", "--rebuild")
    skipped = project.syntask("deploy", "--all", "--skip-build")

    assert "Build skipped: nothing changed" in again.stderr
    assert "Successfully built" not in again.stderr
    assert "3 unchanged" in again.stdout
    assert "a rebuild was requested" in rebuilt.stderr
    assert rebuilt.stderr.count("Successfully built") == 1
    assert "build_docker_image" not in skipped.stderr
    assert "cannot be combined" not in project.syntask("deploy", "--rebuild", "--skip-build", code=64).stdout


def test_an_engine_that_is_not_there(project: Images) -> None:
    """The plan says that it cannot tell; deploying is one message at the place in the file."""
    project.environ["DOCKER_HOST"] = "unix:///nowhere/docker.sock"
    said = project.planned_images()
    failed = project.syntask("deploy", "--all", code=1)

    assert said[0][0] == "unknown"
    assert "Cannot connect to the container engine at `unix:///nowhere/docker.sock`" in said[0][1]
    assert failed.stderr.count("Cannot connect to the container engine") == 1
    assert "syntask.yaml:8:5" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert project.json("deployment", "ls")["deployments"] == []


def test_a_build_that_fails_deploys_nothing(project: Images) -> None:
    """Its output and its place are shown; whoever rests on it is skipped."""
    project.write("Dockerfile", "FROM base:1\nRUN echo told; exit 7\n")
    failed = project.syntask("deploy", "--all", code=1)

    assert "] told" in failed.stderr
    assert "returned a non-zero code: 7" in failed.stderr
    assert failed.stderr.count("  skipped") == 3


def test_a_build_that_takes_too_long(project: Images) -> None:
    """`timeout` ends it."""
    project.write("Dockerfile", "FROM base:1\nRUN sleep 61\n")
    text = PROJECT.replace(
        "      id: image\n", "      id: image\n      timeout: 4\n      network_mode: host\n"
    )
    project.declare(text)
    began = time.monotonic()
    failed = project.syntask("deploy", "--all", code=1)

    assert "exceeded its `timeout` of 4 s" in failed.stderr
    assert time.monotonic() - began < 50


def test_ctrl_c_in_a_build(project: Images) -> None:
    """It ends at once, and nothing was deployed."""
    project.write("Dockerfile", "FROM base:1\nRUN echo asleep; sleep 62\n")
    process = project.begin("deploy", "--all", until="Running in")
    time.sleep(1)
    began = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=30)

    assert process.returncode == 130, said
    assert time.monotonic() - began < 15
    assert project.json("deployment", "ls")["deployments"] == []


def test_render_after_build(project: Images) -> None:
    """What would be deployed, with what the steps put out; and nothing is deployed."""
    before = project.json("render")
    after = project.json("render", "--after-build")

    assert "known after" in str(before["deployments"][0]["description"])
    assert after["deployments"][0]["description"] == f"{project.repository}:abc123"
    assert after["deployments"][0]["work_pool"]["job_variables"]["tags"] == ["latest"]
    assert project.json("deployment", "ls")["deployments"] == []


def test_no_secret_anywhere(project: Images, tmp_path: Path) -> None:
    """A secret of a build, from a block: nothing that is written or printed holds it."""
    project.write(
        "Dockerfile",
        "FROM base:1\nRUN --mount=type=secret,id=pip --mount=type=secret,id=more cat /run/secrets/*\n",
    )
    text = PROJECT.replace(
        "      id: image\n",
        "      id: image\n      network_mode: host\n"
        '      secrets: {{pip: "{{{{ prefect.blocks.secret.pip }}}}", more: "{{{{ $MORE }}}}"}}\n',
    )
    project.declare(text)
    project.environ["MORE"] = SECRET + "2"
    project.keep_secret("pip", SECRET)
    said = [
        project.syntask("-v", *words)
        for words in (
            ["plan", "--all", "--save", "plan.json"],
            ["deploy", "--plan", "plan.json"],
            ["plan", "--all", "--output", "json"],
            ["render", "--after-build"],
            ["deployment", "inspect", "etl/d0"],
        )
    ]
    printed = "".join(each.stdout + each.stderr for each in said)
    store = {path: path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file()}

    assert "***" in printed
    assert SECRET not in printed
    assert SECRET not in (project.directory / "plan.json").read_text()
    assert [path for path, content in store.items() if SECRET.encode() in content] == []
    history = str(project.engine.client.history(f"{project.repository}:abc123"))
    assert SECRET not in history + str(project.inspect(f"{project.repository}:abc123"))
