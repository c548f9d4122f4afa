"""One real engine for all tests of images, and a project directory with the steps for each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.model.block import Block
from syntask_yaml.model.events import Event, StepOutput
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.docker.dry_run import dry_run
from syntask_yaml.steps.runner import run_steps
from syntask_yaml.template import Scope
from tests.support import container_engine as support
from tests.support.container_engine import ContainerEngine

_SYNTASK = str(Path(sys.executable).parent / "syntask")
DOCKERFILE = "FROM base:1\nCOPY . /code/\n"


@pytest.fixture(name="engine", scope="session")
def _engine() -> Iterator[ContainerEngine]:
    if support.MISSING:
        pytest.skip(support.MISSING)
    with support.container_engine() as engine:
        yield engine


@dataclass
class Workshop:
    """A directory to build in, and everything that anybody saw meanwhile."""

    directory: Path
    engine: ContainerEngine
    name: str
    events: list[Event] = field(default_factory=list)
    environ: dict[str, str] = field(init=False)
    context: StepContext = field(init=False)

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.environ = self.engine.environ
        self.context = StepContext(self.directory, self.environ)

    @property
    def lines(self) -> list[str]:
        return [event.line for event in self.events if isinstance(event, StepOutput)]

    @property
    def repository(self) -> str:
        """A name at the engine's registry that no other test has."""
        return f"{self.engine.registry.address}/{self.name}"

    def write(self, name: str, content: str | bytes = DOCKERFILE) -> Path:
        """Write a file of the project; its path."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(
        self, step: str, *, blocks: Mapping[str, Mapping[str, Any]] | None = None, **inputs: Any
    ) -> Outputs:
        """Run one of the two steps; *blocks* by their type."""

        def block(type: str, name: str) -> Block | None:
            return Block(name, type, (blocks or {})[type])

        full_name = f"prefect_docker.deployments.steps.{step}_docker_image"
        return run_steps(
            [Step(full_name, inputs)],
            section="build",
            label="etl",
            context=replace(self.context),
            scope=Scope(environ=self.environ, blocks=block),
            notify=self.events.append,
        )

    def build(self, **inputs: Any) -> Outputs:
        """Build the directory under this workshop's name."""
        return self.run("build", **{"image_name": self.repository, "tag": "t", **inputs})

    def push(self, **inputs: Any) -> Outputs:
        return self.run("push", **{"image_name": self.repository, "tag": "t", **inputs})

    def is_built(self, **inputs: Any) -> bool:
        """Build; whether the engine had to."""
        before = len(self.lines)
        self.build(**inputs)
        return not any(line.startswith("Build skipped") for line in self.lines[before:])

    def forecast(self, **inputs: Any) -> tuple[str, str]:
        """What a build would do, and why."""
        found = dry_run({"image_name": self.repository, **inputs}, self.context).forecast
        return found.action, found.reason

    def is_pushed(self, tag: str) -> bool:
        """Whether the registry has the image of this workshop under *tag*."""
        return tag in self.engine.registry.tags(self.name)

    def inspect(self, reference: str) -> Any:
        return self.engine.client.inspect_image(reference)

    def show(self, image: str, *command: str) -> str:
        """What a program in an image prints."""
        client = self.engine.client
        made = client.create_container(
            image, list(command), host_config=client.create_host_config(network_mode="host")
        )
        try:
            client.start(made["Id"])
            client.wait(made["Id"])
            text: str = client.logs(made["Id"]).decode()
            return text
        finally:
            client.remove_container(made["Id"], force=True)


class Project(Workshop):
    """A workshop whose directory is a project, with a store of its own beside it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.environ["SYNTASK_HOME"] = str(self.directory.parent / "store")

    def syntask(self, *words: str, code: int = 0, input: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command, which has to end with *code*."""
        done = subprocess.run(
            [_SYNTASK, *words],
            cwd=self.directory,
            env=self.environ,
            input=input,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def json(self, *words: str) -> Any:
        return json.loads(self.syntask(*words, "--output", "json").stdout)

    def begin(self, *words: str, until: str) -> subprocess.Popen[str]:
        """Start a command, and read what it prints up to a line with *until*."""
        process = subprocess.Popen(
            [_SYNTASK, *words],
            cwd=self.directory,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if until in line:
                return process
        raise AssertionError(f"it ended without a word of {until!r}")

    def keep_secret(self, name: str, value: str) -> None:
        """Make a secret block."""
        self.syntask("block", "create", "secret", name, input=value)


@pytest.fixture(name="shop")
def _shop(engine: ContainerEngine, tmp_path: Path, request: pytest.FixtureRequest) -> Workshop:
    name = "".join(letter for letter in request.node.name.lower() if letter.isalnum())[-60:]
    return Workshop(tmp_path / "project", engine, f"team/{name}")
