"""What the tests of the wizard share: a repository, a backend, and somebody who answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from syntask_yaml.wizard.context import GivenAnswers, InterviewContext
from syntask_yaml.wizard.gather import gather_context
from syntask_yaml.wizard.interview import Back, InterviewResult, add_deployment, run_interview
from syntask_yaml.wizard.questions import Answer
from tests.support.answers import Script
from tests.support.memory import MemoryBackend

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

FLOWS = '''\
from typing import Literal

from syntask import flow


@flow
def load(source: str, limit: int = 100, mode: Literal["full", "fast"] = "full", dry: bool = False):
    """Load the rows of a source.

    Args:
        source: what to load
    """


@flow(name="daily-report")
def report(title: str = "Report"):
    """Write the report."""
'''


@dataclass
class Workshop:
    """A folder with flows, a backend, and context about both."""

    directory: Path
    backend: MemoryBackend = field(default_factory=MemoryBackend)
    environ: Mapping[str, str] = field(default_factory=lambda: {"TZ": "Europe/Berlin"})

    def write(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def context(self, file: str | None = None, target: str | None = None, **said: Any) -> InterviewContext:
        """What is there now; *said* on the command line."""
        return gather_context(
            self.directory,
            Path(file) if file else None,
            self.backend,
            self.environ,
            now=NOW,
            given=GivenAnswers(**said),
            target=target,
        )

    def add(
        self, *answers: tuple[str, Answer | Back], context: InterviewContext | None = None
    ) -> tuple[InterviewResult, Script]:
        """What the answers to the whole interview come to, and who gave them."""
        script = Script(*answers)
        context = context or self.context()
        drafted = run_interview(lambda: add_deployment(context, is_deployed=True), script)
        assert script.left == [], f"never asked: {script.left}"
        return drafted, script

    def entry(
        self, *answers: tuple[str, Answer | Back], context: InterviewContext | None = None
    ) -> dict[str, Any]:
        """The last entry of the file that the answers come to."""
        drafted, _ = self.add(*answers, context=context)
        assert drafted.composed.problems == ()
        entries: list[dict[str, Any]] = yaml.safe_load(drafted.composed.text)["deployments"]
        return entries[-1]

    def pretend_server(self, context: InterviewContext) -> InterviewContext:
        """The same context, as if the backend were a server."""
        types = ("process", "docker", "kubernetes")
        return replace(
            context, backend=replace(context.backend, has_own_worker=False, pool_types=lambda: types)
        )


@pytest.fixture(name="workshop")
def _workshop(tmp_path: Path) -> Workshop:
    directory = tmp_path / "orders"
    directory.mkdir()
    workshop = Workshop(directory)
    workshop.write("flows.py", FLOWS)
    return workshop
