"""What the tests of steps share: a place to run lists of steps in, and a record of what was said."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from syntask_yaml.model.events import Event, StepOutput
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import PLAIN, Outputs, Policy, StepContext
from syntask_yaml.steps.runner import run_steps
from syntask_yaml.template import Scope


def builtin(name: str, *, id: str | None = None, **inputs: Any) -> Step:
    """A built-in step by its short name."""
    return Step(f"syntask.deployments.steps.{name}", inputs, id=id)


@dataclass
class Bench:
    """A directory with steps of its own, and everything that happened in it."""

    directory: Path
    context: StepContext
    events: list[Event] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return [event.line for event in self.events if isinstance(event, StepOutput)]

    def write(self, name: str, source: str) -> None:
        """Write a file of the project."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source), encoding="utf-8")

    def run(
        self,
        *steps: Step,
        outputs: Mapping[str, Any] | None = None,
        policy: Policy = PLAIN,
        scope: Scope | None = None,
    ) -> Outputs:
        """Run a list of steps as `build` of a deployment called `etl`."""
        return run_steps(
            steps,
            section="build",
            label="etl",
            context=self.context,
            scope=scope or Scope(environ=self.context.environ, outputs=outputs or {}),
            notify=self.events.append,
            policy=policy,
        )


@pytest.fixture(name="bench")
def _bench(tmp_path: Path) -> Bench:
    directory = tmp_path / "project"
    directory.mkdir()
    return Bench(directory, StepContext(directory, dict(os.environ)))


@pytest.fixture(name="in_bench")
def _in_bench(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Sequence[Path]:
    """This process stands in the bench's directory, and goes back afterwards."""
    monkeypatch.chdir(bench.directory)
    return ()


def shell(script: str, *, id: str | None = None) -> Step:
    return builtin("run_shell_script", script=script, shell=True, id=id)
