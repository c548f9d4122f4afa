"""`deploy --all` where images are built: twenty deployments, one build or four, beside the peer.

The engine, its registry and the Prefect server are real. Each project is new to all of them; the layers of
earlier builds are thrown away before each figure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measure import SCRIPTS, cost_of
from benchmarks.table import Table, seconds, times
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.build_context import build_context
from tests.support import container_engine as support
from tests.support.container_engine import ContainerEngine
from tests.support.prefect_server import PrefectServer, migrated_file, sqlite_server

DEPLOYMENTS = 20
FILES = 20_000
_POOL = "default"

_HEAD = "name: builds\ndeployments:\n"
_ENTRY = """\
  - name: d{number}
    entrypoint: flows.py:etl
    build:
      - prefect_docker.deployments.steps.build_docker_image:
          id: built
          image_name: {registry}/{project}/app-{build}
          tag: v1
          dockerfile: Dockerfile
          buildargs: {{WHICH: "{build}"}}
    push: []
    pull:
      - prefect.deployments.steps.set_working_directory:
          directory: /code
    work_pool:
      name: default
      job_variables: {{env: {{IMAGE: "{{{{ built.image }}}}"}}}}
"""
_DOCKERFILE = """\
FROM base:1
ARG WHICH
COPY . /code/
RUN sleep 1; echo $WHICH > /which
"""


def measure() -> Table:
    """New and unchanged, with one build for all and with four; then what reading many files takes."""
    columns = ("case", "builds", "syntask", "Prefect", "ratio")
    table = Table(f"Deploy {DEPLOYMENTS} deployments with images", columns)
    if support.MISSING:
        table.notes.append(f"Not measured: {support.MISSING}.")
        return table
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engine = stack.enter_context(support.container_engine())
        peer = with_prefect_docker(folder / "peer")
        server = stack.enter_context(sqlite_server(folder / "server", migrated=migrated_file(folder)))
        server.create_pool(_POOL)
        for builds in (1, 4):
            table.rows.extend(_rows(folder, engine, server, builds, peer))
    table.rows.append(_reading())
    table.notes.append(
        "A build copies 200 files and runs a command that takes a second. Target: a shared build runs once. "
        "Prefect's steps remember builds within one command; each command builds again."
    )
    if isinstance(peer, str):
        table.notes.append(f"Prefect could not be measured: {peer}.")
    return table


def with_prefect_docker(folder: Path) -> Mapping[str, str] | str:
    """The environment in which Prefect finds `prefect-docker`, or why there is none."""
    words = ["-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), "prefect-docker"]
    done = subprocess.run([sys.executable, *words], check=False, capture_output=True, text=True)
    return {"PYTHONPATH": str(folder)} if done.returncode == 0 else "prefect-docker cannot be installed"


def _rows(
    folder: Path, engine: ContainerEngine, server: PrefectServer, builds: int, peer: Mapping[str, str] | str
) -> list[tuple[str, ...]]:
    environ = {**engine.environ, **server.client_environ, "DOCKER_HOST": engine.url}
    ours = _project(folder / f"ours-{builds}", engine, builds, "syntask.yaml")
    deploy = [str(SCRIPTS / "syntask"), "-q", "deploy", "--all"]
    own = {"SYNTASK_HOME": str(folder / "home")}
    mine = _new_and_unchanged(engine, lambda: cost_of(deploy, environ={**environ, **own}, cwd=ours).wall)
    theirs = None
    if not isinstance(peer, str):
        project = _project(folder / f"theirs-{builds}", engine, builds, "prefect.yaml")
        words = [str(SCRIPTS / "prefect"), "--no-prompt", "deploy", "--all"]
        theirs = _new_and_unchanged(
            engine, lambda: cost_of(words, environ={**environ, **peer}, cwd=project).wall
        )
    return [
        (
            what,
            str(builds),
            seconds(mine[number]),
            seconds(theirs[number]) if theirs else "",
            times(theirs[number] / mine[number]) if theirs else "",
        )
        for number, what in enumerate(("new", "unchanged"))
    ]


def _new_and_unchanged(engine: ContainerEngine, deploy: Callable[[], float]) -> tuple[float, float]:
    engine.client.pull("base:1")
    for image in engine.client.images(filters={"label": "io.syntask.build"}):
        engine.client.remove_image(image["Id"], force=True)
    return deploy(), deploy()


def _project(folder: Path, engine: ContainerEngine, builds: int, file: str) -> Path:
    folder.mkdir()
    entries = (
        _ENTRY.format(
            number=number, build=number % builds, project=folder.name, registry=engine.registry.address
        )
        for number in range(DEPLOYMENTS)
    )
    (folder / file).write_text(_HEAD + "".join(entries), encoding="utf-8")
    (folder / "Dockerfile").write_text(f"{_DOCKERFILE}# {folder.name}\n", encoding="utf-8")
    (folder / "flows.py").write_text("from prefect import flow\n\n@flow\ndef etl(): ...\n", encoding="utf-8")
    (folder / ".dockerignore").write_text("__pycache__\n", encoding="utf-8")
    _write_files(folder / "data", 200)
    (folder / "own").write_text(str(time.time_ns()), encoding="utf-8")
    return folder


def _write_files(folder: Path, count: int) -> None:
    for number in range(count):
        path = folder / str(number % 100) / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(256) * 4)


def _reading() -> tuple[str, ...]:
    """Whether a build of so many files is known already: what each of them holds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_files(folder, FILES)
        (folder / ".dockerignore").write_text("*.log\n**/__pycache__\n.git\n", encoding="utf-8")
        context = StepContext(folder, {})
        took = []
        for _ in range(3):
            began = time.perf_counter()
            build_context(folder).digest(context)
            took.append(time.perf_counter() - began)
    return (f"the digest of {FILES:,} files", "", seconds(sorted(took)[1]), "", "")
