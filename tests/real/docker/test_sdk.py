"""The guides' block with an image: built once for two deployments, pushed, and named by both."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real.docker.conftest import Project
from tests.support.container_engine import ContainerEngine

pytestmark = pytest.mark.real

_SCRIPT = """\
from syntask import deploy, flow
from syntask.docker import DockerImage


@flow(log_prints=True)
def my_flow(name: str = "world"):
    print(f"Good morning, {{name}}.")


if __name__ == "__main__":
    deploy(
        my_flow.to_deployment("one", job_variables=dict(image_pull_policy="Never")),
        my_flow.to_deployment("two", parameters=dict(name="Marvin")),
        image=DockerImage("{name}", "v1", dockerfile="Dockerfile"),
        work_pool_name="box",
    )
    my_flow.deploy("taken", image="{name}:v1", build=False, work_pool_name="box")
"""


def test_an_image_is_built_pushed_and_named(engine: ContainerEngine, tmp_path: Path) -> None:
    project = Project(tmp_path / "project", engine, "sdk")
    project.write("Dockerfile")
    project.write("example.py", _SCRIPT.format(name=project.repository))
    project.syntask("work-pool", "create", "box", "--type", "docker")

    argv = [sys.executable, "example.py"]
    done = subprocess.run(
        argv, cwd=project.directory, env=project.environ, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("build build_docker_image") == 1, done.stderr
    assert project.is_pushed("v1")
    shown = {
        name: project.json("deployment", "inspect", f"my-flow/{name}") for name in ("one", "two", "taken")
    }
    images = {name: each["work_pool"]["job_variables"]["image"] for name, each in shown.items()}
    assert images == dict.fromkeys(shown, f"{project.repository}:v1")
    assert shown["one"]["work_pool"]["job_variables"]["image_pull_policy"] == "Never"
    assert [each.get("pull") or [] for each in shown.values()] == [[], [], []], json.dumps(shown)
