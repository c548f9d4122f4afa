"""`check --image`: what a worker would do, inside the image."""

from __future__ import annotations

import json
import os
import signal
import sysconfig
import time
from pathlib import Path
from typing import Any

import pytest

from tests.real.docker.conftest import Project, Workshop
from tests.support.container_engine import ContainerEngine
from tests.support.python_image import CHANGES, python_files

pytestmark = pytest.mark.real

SECRET = "planted-t0ken/with space"
SITE = sysconfig.get_path("purelib")
ROOT = Path(__file__).parents[3]

FLOWS = """
import datetime
import os
import time

import {module}

@{module}.flow
def etl(count: int = 1): ...

@{module}.flow
def dated(day: datetime.date): ...

if os.environ.get("SLEEPS"):
    print("asleep", flush=True)
    time.sleep(300)
if os.environ.get("TELLS"):
    print("told", os.environ["TELLS"], flush=True)
"""
# What the image has besides Python: nothing, Prefect, or us with what we need.
PREFECT = [f"{SITE}:/site:ro"]
OURS = [f"{ROOT / name}:/site/{name}:ro" for name in ("syntask", "syntask_yaml")]
OURS += [f"{SITE}/{name}:/site/{name}:ro" for name in ("jinja2", "markupsafe")]
STEPS = "prefect.deployments.steps"
TO_CODE = {f"{STEPS}.set_working_directory": {"directory": "/code"}}


class Checked(Project):
    """A project with one deployment for an image that has its code in `/code`."""

    python: str

    def declare(self, *, installed: list[str], pull: list[Any] | None = None, **fields: Any) -> None:
        variables = {"network_mode": "host", "volumes": installed, "image": self.python}
        variables |= fields.pop("job_variables", {})
        entry = {
            "name": "d",
            "entrypoint": "flows.py:etl",
            "work_pool": {"name": "default", "job_variables": variables},
            "pull": [TO_CODE] if pull is None else pull,
            **fields,
        }
        self.write("flows.py", FLOWS.format(module="prefect"))
        self.write("syntask.yaml", json.dumps({"name": "images", "deployments": [entry]}, indent=1))

    def check(self, *words: str, finds: str | None = None) -> Any:
        """The one result, with all that was said; *finds* is the code of its problem."""
        words = ("check", *(words or ["--image"]), "--output", "json")
        done = self.syntask(*words, code=1 if finds else 0)
        (result,) = json.loads(done.stdout)["results"]
        problem = result["problem"]
        assert (result["ready"], problem and problem["code"]) == (finds is None, finds)
        return {**result, "said": done.stdout + done.stderr}

    def containers(self) -> list[Any]:
        return list(self.engine.client.containers(all=True, filters={"label": "io.syntask.check"}))


@pytest.fixture(name="python", scope="session")
def _python(engine: ContainerEngine) -> str:
    """An image with Python, and the code of both kinds of flows."""
    code = {f"code/{name}.py": FLOWS.format(module=module) for name, module in _MODULES.items()}
    engine.add("python:1", {**python_files(), **code}, [*CHANGES, "ENV PYTHONPATH=/site"])
    return "python:1"


_MODULES = {"flows": "prefect", "ours": "syntask"}


@pytest.fixture(name="project")
def _project(shop: Workshop, python: str) -> Checked:
    project = Checked(shop.directory, shop.engine, shop.name)
    project.python = python
    return project


@pytest.mark.torture
def test_an_image_with_prefect(project: Checked) -> None:
    """Its own steps bring the code, its own loader loads it; then the container is gone."""
    project.declare(installed=PREFECT, parameters={"count": 3})
    project.check()
    assert project.containers() == []


def test_an_image_with_syntask_alone(project: Checked) -> None:
    """Ours do."""
    project.declare(installed=OURS, entrypoint="flows.py:etl")
    project.check(finds="load-failed")  # there is no Prefect
    project.write("ours.py", FLOWS.format(module="syntask"))
    project.declare(installed=OURS, entrypoint="ours.py:etl")
    project.check()
    project.declare(installed=OURS, entrypoint="ours.py:etl", pull=[TO_CODE, *_failing()])
    assert project.check(finds="pull-failed")["problem"]["path"][2:4] == ["pull", 1]


def _failing() -> list[Any]:
    return [{f"{STEPS}.run_shell_script": {"script": "no-such-program-here"}}]


@pytest.mark.parametrize(
    ("fields", "code", "place"),
    [
        ({"pull": [TO_CODE, *_failing()]}, "pull-failed", ["pull", 1]),
        ({"pull": [{f"{STEPS}.set_working_directory": {"directory": "/none"}}]}, "pull-failed", ["pull", 0]),
        ({"pull": []}, "load-failed", ["entrypoint"]),
        ({"entrypoint": "flows.py:dated", "parameters": {}}, "bind-failed", ["parameters"]),
        ({"job_variables": {"image": "none-such:1"}}, "image-failed", ["work_pool"]),
        ({"job_variables": {"image": "base:1"}}, "image-failed", ["work_pool"]),
        ({"job_variables": {"volumes": []}}, "image-failed", ["work_pool"]),
        ({"job_variables": {"image": ""}}, "image-failed", ["work_pool"]),
        ({"job_variables": {"env": {"A": "{{ prefect.blocks.secret.no }}"}}}, "start-failed", ["work_pool"]),
    ],
)  # fmt: skip
def test_what_is_missing(project: Checked, fields: dict[str, Any], code: str, place: list[Any]) -> None:
    """One problem, with its place and what to do; and no container is left."""
    project.declare(installed=PREFECT, **{"parameters": {}, **fields})
    problem = project.check(finds=code)["problem"]

    assert problem["path"][2 : 2 + len(place)] == place, problem
    assert problem["line"]
    assert problem["detail"]
    assert project.containers() == []


@pytest.mark.torture
def test_another_image(project: Checked) -> None:
    """`--image NAME` is tried in the place of the deployment's own."""
    project.declare(installed=PREFECT, job_variables={"image": "none-such:1"})
    project.check("--image", project.python)
    project.check("--image", "base:1", finds="image-failed")
    project.check("--image", finds="image-failed")


def test_a_program_that_does_not_read(project: Checked) -> None:
    """Its output says why it ended."""
    program = "#!/bin/sh\necho no licence for this machine\nexit 1\n"
    project.engine.add("hasty:1", {"bin/python": program})
    project.declare(installed=PREFECT)
    problem = project.check("--image", "hasty:1", finds="start-failed")["problem"]

    assert "no licence for this machine" in problem["detail"]
    assert project.containers() == []


def test_no_engine(project: Checked) -> None:
    project.declare(installed=PREFECT)
    project.environ["DOCKER_HOST"] = "unix:///nowhere/docker.sock"
    problem = project.check(finds="no-engine")["problem"]

    assert "unix:///nowhere/docker.sock" in problem["detail"]
    assert "DOCKER_HOST" in problem["hint"]


@pytest.mark.torture
def test_it_takes_too_long(project: Checked) -> None:
    project.declare(installed=PREFECT, job_variables={"env": {"SLEEPS": "1"}})
    problem = project.check("--image", "--timeout", "10", finds="start-failed")["problem"]

    assert "--timeout" in problem["hint"]
    assert project.containers() == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_it_is_ended(project: Checked, how: signal.Signals) -> None:
    """Ctrl-C removes the container; so does the end of the process, whatever ended it."""
    project.keep_secret("token", SECRET)
    variables = {"env": {"SLEEPS": "1", "TOKEN": "{{ syntask.blocks.secret.token }}"}}
    project.declare(installed=PREFECT, job_variables=variables)
    process = project.begin("check", "--image", "--env", f"GIVEN={SECRET}", until="asleep")
    (container,) = project.containers()
    inspected = json.dumps(project.engine.client.inspect_container(container["Id"]))
    os.kill(process.pid, how)
    process.communicate(timeout=30)

    assert process.returncode == (130 if how is signal.SIGINT else -9)
    assert SECRET not in inspected
    deadline = time.monotonic() + 30
    while project.containers() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert project.containers() == []


def test_blocks_and_variables_are_handed_in(project: Checked) -> None:
    """The flow and the steps have them; who reads along sees `***`."""
    project.keep_secret("token", SECRET)
    script = {"script": "sh -c 'echo step $TOLD'", "env": {"TOLD": "{{ prefect.blocks.secret.token }}"}}
    project.declare(
        installed=PREFECT,
        pull=[TO_CODE, {f"{STEPS}.run_shell_script": script}],
        job_variables={"env": {"TELLS": "{{ syntask.blocks.secret.token }}"}},
    )
    result = project.check()

    assert "step ***" in result["said"]
    assert "told ***" in result["said"]
    assert SECRET not in result["said"]
