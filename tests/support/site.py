"""A project with flows, a store of its own, and the real commands on both."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.run import LogLine, Run, RunRequest, StateType
from tests.support import warm
from tests.support.processes import clean_environ, end, start

PROGRAM = str(Path(sys.executable).with_name("syntask"))
_PATIENCE = 60.0

T = TypeVar("T")


def until(ask: Callable[[], T | None], *, seconds: float = _PATIENCE, every: float = 0.02) -> T:
    """What *ask* comes to, as soon as that is anything; a failure after *seconds*."""
    deadline = time.monotonic() + seconds
    while True:
        if found := ask():
            return found
        assert time.monotonic() < deadline, f"nothing after {seconds:g} seconds"
        time.sleep(every)


@dataclass
class Site:
    """A folder with a project in `code`, a home in `home`, and what runs leave in `marks`."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder in (self.code, self.home, self.marks):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def code(self) -> Path:
        return self.folder / "code"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def marks(self) -> Path:
        """Where flows leave files; they find it in the environment as MARKS."""
        return self.folder / "marks"

    @property
    def store(self) -> Path:
        return self.home / "syntask.db"

    def environment(self, **more: str) -> dict[str, str]:
        """What commands and workers see."""
        own = {
            "HOME": str(self.home),
            "SYNTASK_HOME": str(self.home),
            "MARKS": str(self.marks),
            "NO_COLOR": "1",
            "CI": "1",
        }
        return clean_environ(**{**own, **self.environ, **more})

    def declare(self, deployments: Mapping[str, Mapping[str, Any]], **top: Any) -> None:
        """Write the project file: *deployments* by name, each with what it has beyond a name and a pool."""
        entries = [
            {"name": name, "work_pool": {"name": "default"}, **more} for name, more in deployments.items()
        ]
        project = {"name": "site", "deployments": entries, **top}
        (self.code / "syntask.yaml").write_text(json.dumps(project, indent=1), encoding="utf-8")

    def deploy(self, deployments: Mapping[str, Mapping[str, Any]], **top: Any) -> None:
        """Declare *deployments*, and deploy them."""
        self.declare(deployments, **top)
        self.syntask("deploy", "--all")

    def syntask(self, *arguments: str, exit_code: int = 0, stdin: str = "", **environ: str) -> str:
        """What the command prints; its exit code must be the one that is named."""
        done = self.call(*arguments, stdin=stdin, **environ)
        assert exit_code == done.returncode, done.stdout + done.stderr
        return done.stdout

    def call(self, *arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """The command, run to its end."""
        return subprocess.run(
            [warm.folder() / "syntask", *arguments],
            cwd=self.code,
            env=self.environment(**environ),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @contextmanager
    def worker(self, *options: str, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
        """A worker at work; what it says goes to `worker.log`."""
        process = self.start_worker(*options, **environ)
        try:
            yield process
        finally:
            end(process)

    def start_worker(self, *options: str, **environ: str) -> subprocess.Popen[bytes]:
        """A worker that somebody else ends."""
        return start(
            [PROGRAM, "worker", "start", *options],
            log=self.folder / "worker.log",
            environ=self.environment(**environ),
            cwd=self.code,
        )

    def work(self, *options: str, **environ: str) -> None:
        """Execute what is due."""
        done = self.call("-q", "worker", "start", "--run-once", *options, **environ)
        assert done.returncode == 0, done.stdout + done.stderr

    @contextmanager
    def backend(self) -> Iterator[EmbeddedBackend]:
        """The store, opened as another process would."""
        with closing(EmbeddedBackend.open(self.store)) as backend:
            yield backend

    def ask(self, deployment: str, *, times: int = 1, **request: Any) -> list[str]:
        """Runs of the deployment of that name, due now; their ids."""
        with self.backend() as backend:
            stored = next(each for each in backend.deployments() if each.deployment.name == deployment)
            wanted = RunRequest(deployment_id=stored.id, **request)
            return [backend.create_run(wanted).id for _ in range(times)]

    def run(self, id: str) -> Run:
        with self.backend() as backend:
            run = backend.run(id)
        assert run is not None
        return run

    def runs(self, *states: StateType) -> list[Run]:
        """All runs, or those in one of *states*."""
        with self.backend() as backend:
            return backend.runs(RunFilter(states=frozenset(states), limit=100_000))

    def lines(self, id: str) -> list[LogLine]:
        with self.backend() as backend:
            return backend.logs(id)

    def text(self, id: str) -> str:
        """Everything that the run wrote."""
        return "\n".join(line.message for line in self.lines(id))

    def until(self, id: str, *states: StateType, seconds: float = _PATIENCE) -> Run:
        """The run as soon as it is in one of *states*; by default, as soon as it has ended."""

        def look() -> Run | None:
            run = self.run(id)
            is_there = run.state.type in states if states else run.state.type.is_final
            return run if is_there else None

        return until(look, seconds=seconds)

    def marked(self, name: str) -> list[str]:
        """The lines that flows left under *name*."""
        file = self.marks / name
        return file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else []
