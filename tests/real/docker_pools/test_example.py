"""examples/containers on the embedded backend, and under Prefect's docker worker: one file, one result."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHECKOUT
from tests.support.container_engine import ContainerEngine
from tests.support.old_prefect import old_python
from tests.support.prefect_image import load_prefect_image
from tests.support.prefect_server import missing, sqlite_server

pytestmark = [pytest.mark.real, pytest.mark.torture]

SYNTASK = str(Path(sys.executable).with_name("syntask"))
PRINTED = {"convert/daily": "[1.0, 26.2] -> [1.609, 42.165]", "limits/limited": "At most 512 MiB"}


def test_both_backends_do_the_same(docker: ContainerEngine, tmp_path: Path) -> None:
    if reason := missing():
        pytest.skip(reason)
    prefect = str(Path(old_python("3-workers")).with_name("prefect"))
    example = tmp_path / "containers"
    shutil.copytree(CHECKOUT / "examples" / "containers", example)
    load_prefect_image(docker)
    list(docker.client.build(path=str(example), tag="containers-example:1", rm=True))

    environ = {**docker.environ, "SYNTASK_HOME": str(tmp_path / "home")}
    worker = [SYNTASK, "worker", "start", "--pool", "boxes", "--run-once"]
    assert outcome(example, environ, worker) == PRINTED
    with sqlite_server(tmp_path / "server") as server:
        environ |= {**server.client_environ, "DOCKER_HOST": docker.url, "PREFECT_API_URL": server.api}
        worker = [prefect, "worker", "start", "--pool", "boxes", "--type", "docker", "--run-once"]
        assert outcome(example, environ, worker) == PRINTED


def outcome(example: Path, environ: Mapping[str, str], worker: list[str]) -> dict[str, str]:
    """What the run of each deployment printed, once *worker* has executed them."""

    def said(*words: str) -> str:
        done = subprocess.run(words, cwd=example, env=environ, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def answer(*words: str) -> Any:
        return json.loads(said(SYNTASK, *words, "--output", "json"))

    said(SYNTASK, "work-pool", "create", "boxes", "--type", "docker")
    said(SYNTASK, "deploy", "--all")
    runs = {name: answer("deployment", "run", name)["id"] for name in PRINTED}
    said(*worker)
    for run in runs.values():
        found = answer("flow-run", "inspect", run)
        assert found["state"] == "COMPLETED", (found, answer("flow-run", "logs", run))
    logged = {
        name: [each["message"] for each in answer("flow-run", "logs", run)["logs"]]
        for name, run in runs.items()
    }
    return {name: next(line for line in lines if line in PRINTED.values()) for name, lines in logged.items()}
