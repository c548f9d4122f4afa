"""A project whose deployments run in a docker pool of the embedded backend, on a real engine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.container_engine import ContainerEngine
from tests.support.python_image import CHANGES, python_files

_SYNTASK = str(Path(sys.executable).parent / "syntask")
_WORK_IN = "prefect.deployments.steps.set_working_directory"
IMAGE = "runs:1"

# What the image has besides a bare Python: the code of the flows.
FLOWS = """
import os
import pathlib
import subprocess
import sys
import time

from syntask import flow


@flow
def show(name: str = ""):
    print("value", os.environ.get(name))


@flow
def tell():
    import syntask_yaml

    print("python", sys.version_info[:2], "cwd", os.getcwd(), "ours", syntask_yaml.__file__)
    print("to stderr", file=sys.stderr)


@flow
def count(lines: int = 10, pause: float = 0.2):
    for number in range(lines):
        print("line", number, flush=True)
        time.sleep(pause)


@flow
def mark(lines: int, pause: float):
    with open("/marks/begun", "a") as file:
        file.write(os.environ["SYNTASK__FLOW_RUN_ID"] + "\\n")
    for number in range(lines):
        print("line", number, flush=True)
        time.sleep(pause)


@flow
def fail():
    raise ValueError("planned")


@flow
def exit(code: int):
    os._exit(code)


@flow
def eat(megabytes: int):
    kept = []
    for _ in range(megabytes):
        kept.append(bytearray(1_000_000))
        kept[-1][::4096] = b"x" * len(kept[-1][::4096])


@flow
def write(path: str):
    pathlib.Path(path).write_text("written")


@flow
def read(path: str):
    print("read", pathlib.Path(path).read_text())


@flow
def stubborn():
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    time.sleep(600)
"""


def add_image(engine: ContainerEngine, name: str = IMAGE) -> str:
    """Push an image with Python and the flows, and nothing else, to the engine's registry."""
    engine.add(name, {**python_files(), "code/flows.py": FLOWS}, [*CHANGES, "WORKDIR /code"])
    return name


@dataclass
class PoolProject:
    """A directory with a project, a store beside it, and an engine."""

    root: Path
    environ: dict[str, str]
    engine: ContainerEngine
    image: str = IMAGE
    pool: str = "boxes"
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self.environ = {**self.environ, "SYNTASK_HOME": str(self.home), "SYNTASK_WORKER_GRACE_SECONDS": "3"}
        self.environ["SYNTASK_WORKER_LEASE_SECONDS"] = "3"
        self.syntask("work-pool", "create", self.pool, "--type", "docker")

    @property
    def home(self) -> Path:
        return self.root.parent / "home"

    def syntask(self, *words: str, code: int = 0, input: str = "") -> str:
        """Run a command, which has to end with *code*, and return what it said."""
        done = subprocess.run(
            [_SYNTASK, *words],
            cwd=self.root,
            env=self.environ,
            input=input,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def json(self, *words: str, code: int = 0) -> Any:
        done = subprocess.run(
            [_SYNTASK, *words, "--output", "json"],
            cwd=self.root,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    def deploy(self, flow: str = "count", **variables: Any) -> str:
        """Deploy a flow with these job variables, and return the name of the deployment."""
        entry = {
            "name": "d",
            "entrypoint": f"flows.py:{flow}",
            "work_pool": {"name": self.pool, "job_variables": {"image": self.image, **variables}},
            "pull": [{_WORK_IN: {"directory": "/code"}}],
        }
        (self.root / "flows.py").write_text(FLOWS, encoding="utf-8")
        project = {"name": "boxes", "deployments": [entry]}
        (self.root / "syntask.yaml").write_text(json.dumps(project, indent=1), encoding="utf-8")
        self.syntask("deploy", "--all", "--yes")
        return f"{flow}/d"

    def start(
        self, flow: str = "count", *, parameters: Mapping[str, Any] | None = None, **variables: Any
    ) -> str:
        """Deploy and ask for a run; return the id of the run."""
        name = self.deploy(flow, **variables)
        return self.ask(name, **(parameters or {}))

    def ask(self, name: str, /, **parameters: Any) -> str:
        given = [part for key, value in parameters.items() for part in ("-p", f"{key}={json.dumps(value)}")]
        run: dict[str, Any] = self.json("deployment", "run", name, *given)
        return str(run["id"])

    def run(
        self, flow: str = "count", *, parameters: Mapping[str, Any] | None = None, **variables: Any
    ) -> Any:
        """Execute a run to its end by a worker of its own, and return it."""
        created = self.start(flow, parameters=parameters, **variables)
        self.syntask("worker", "start", "--pool", self.pool, "--run-once")
        return self.state(created)

    def state(self, id: str) -> Any:
        return self.json("flow-run", "inspect", id)

    def logs(self, id: str) -> list[str]:
        return [line["message"] for line in self.json("flow-run", "logs", id)["logs"]]

    def directories(self) -> list[Path]:
        """The directories of runs that have not ended."""
        runs = self.home / "runs"
        return list(runs.iterdir()) if runs.is_dir() else []

    def containers(self) -> list[Any]:
        return list(self.engine.client.containers(all=True, filters={"label": "io.syntask.run"}))

    def begin_worker(self, name: str = "one") -> subprocess.Popen[bytes]:
        return self.begin("worker", "start", "--pool", self.pool, "--name", name, log=name)

    def begin(self, *words: str, log: str) -> subprocess.Popen[bytes]:
        """Start a command that goes on; it ends with the project."""
        with (self.root.parent / f"worker-{log}.log").open("ab") as file:
            process = subprocess.Popen(
                [_SYNTASK, *words],
                cwd=self.root,
                env=self.environ,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        self.workers.append(process)
        return process

    def worker_log(self, name: str = "one") -> str:
        return (self.root.parent / f"worker-{name}.log").read_text(encoding="utf-8")

    def wait(self, what: Callable[[], object], *, seconds: float = 60) -> None:
        """Wait until *what* is true."""
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, [each["State"] for each in self.containers()]
            time.sleep(0.2)

    def wait_for(self, id: str, *states: str, seconds: float = 60) -> Any:
        """Wait until the run is in one of these states, and return it."""
        self.wait(lambda: self.state(id)["state"] in states, seconds=seconds)
        return self.state(id)

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(15)
        for container in self.containers():
            self.engine.client.remove_container(container["Id"], force=True, v=True)


@contextmanager
def pool_project(root: Path, engine: ContainerEngine, environ: Mapping[str, str]) -> Iterator[PoolProject]:
    project = PoolProject(root, dict(environ), engine)
    try:
        yield project
    finally:
        project.close()
