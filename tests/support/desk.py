"""A folder with a project and a backend in memory, planned and deployed without a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from syntask_yaml.backend.base import Backend
from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.deployments import set_paused
from syntask_yaml.operations.outcome import Outcome
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.plan import Planned, make_plan
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.plan.codec import SavedPlan
from syntask_yaml.project.flows import FlowReader
from tests.support.memory import MemoryBackend

FLOWS = """\
from syntask import flow


@flow
def etl(source: str = "s3", batch: int = 10) -> None:
    pass


@flow(name="monthly report")
def report(source: str = "s3") -> None:
    pass
"""


@dataclass
class Desk:
    """*environ* is what templates see."""

    folder: Path
    backend: Backend = field(default_factory=MemoryBackend)
    environ: Mapping[str, str] = field(default_factory=dict)
    allow_unset: bool = False

    def __post_init__(self) -> None:
        self.write(FLOWS, "flows.py")

    def write(self, text: str, name: str = "syntask.yaml") -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def declare(self, *entries: str, top: str = "", name: str = "syntask.yaml") -> None:
        """Write a project of *entries*, each a flow mapping without braces, such as `tags: [a]`."""
        lines = [f"  - {{name: d{n}, entrypoint: flows.py:etl, {entry}}}" for n, entry in enumerate(entries)]
        self.write("\n".join([top, "deployments:", *lines, ""]), name)

    @property
    def context(self) -> DeployContext:
        return DeployContext(
            project=open_project(ProjectLocation(directory=self.folder)),
            backend=self.backend,
            reader=FlowReader(self.folder),
            environ=self.environ,
            allow_unset=self.allow_unset,
        )

    def plan(self, *names: str, **more: Any) -> Planned:
        return make_plan(self.context, self.request(*names, **more))

    def deploy(self, *names: str, saved: SavedPlan | None = None, **more: Any) -> Outcome:
        return deploy(
            self.context,
            self.request(*names, **more),
            options=DeployOptions(jobs=1),
            notify=lambda _event: None,
            saved=saved,
        )

    def request(self, *names: str, overrides: Overrides | None = None, **more: Any) -> Request:
        """A request for *names*, or for all."""
        selection = Selection(names=names, all=not names)
        return Request(selection=selection, overrides=overrides or Overrides(), **more)

    def actions(self, *names: str, **more: Any) -> list[str]:
        """What a deploy does with each deployment."""
        return [result.action for result in self.deploy(*names, **more).results]

    def changed(self) -> list[str]:
        """The paths of the fields that a plan says differ."""
        return [each.path for change in self.plan().plan.changes for each in change.fields]

    def stored(self, name: str = "d0") -> Stored:
        return next(each for each in self.backend.deployments() if each.deployment.name == name)

    def deployed(self, name: str = "d0") -> Deployment:
        return self.stored(name).deployment

    def pause(self, name: str = "d0") -> None:
        """What somebody else does, on the backend."""
        set_paused(self.backend, [self.stored(name)], paused=True)

    def seeing(self, **environ: str) -> Desk:
        """The same with other environment variables."""
        return replace(self, environ=environ)
