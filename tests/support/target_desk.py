"""A project with targets, deployed to and destroyed on one backend without a process."""

from __future__ import annotations

from pathlib import Path

from syntask_yaml.backend.base import Backend
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.destroy import destroy
from syntask_yaml.operations.outcome import Outcome
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.operations.prune import Approval
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.flows import FlowReader

PROJECT = """\
name: shop
defaults: {work_pool: {name: small}}
targets:
  dev: {}
  prod: {}
  preview: {name_prefix: "pr-{{ $PR }}-", expires: 7d}
resources:
  work_pools: {small: {type: process, queues: {quick: {priority: 1}}}}
  variables: {region: north}
deployments:
- {name: one, entrypoint: "flows.py:etl"}
"""
ALL = Request(selection=Selection(all=True), prune=True)


class TargetDesk:
    """The project in *folder*, deployed to and destroyed on one backend."""

    def __init__(self, folder: Path, backend: Backend) -> None:
        self.folder, self.backend = folder, backend
        folder.mkdir()
        (folder / "flows.py").write_text("def etl() -> None: ...\n", encoding="utf-8")
        (folder / "syntask.yaml").write_text(PROJECT, encoding="utf-8")

    def context(self, target: str, pr: str = "") -> DeployContext:
        return DeployContext(
            project=open_project(ProjectLocation(directory=self.folder, target=target)),
            backend=self.backend,
            reader=FlowReader(self.folder),
            environ={"PR": pr} if pr else {},
        )

    def deploy(self, target: str, pr: str = "", *, request: Request = ALL) -> Outcome:
        options = DeployOptions()
        return deploy(self.context(target, pr), request, options=options, notify=lambda _event: None)

    def destroy(self, context: DeployContext) -> list[str]:
        """Destroy, and return what is said of resources that are kept."""
        approval = Approval(is_given=True)
        outcome = destroy(context, options=DeployOptions(), notify=lambda _event: None, approval=approval)
        assert outcome.is_good, outcome
        return [each.detail for each in outcome.diagnostics if each.code == "resource-kept"]

    @property
    def names(self) -> list[str]:
        return [each.deployment.full_name for each in self.backend.deployments()]

    @property
    def has_resources(self) -> bool:
        pools, variables = {each.name for each in self.backend.pools()}, self.backend.variables()
        assert ("small" in pools) is bool(variables)
        return bool(variables)

    def owners(self) -> set[str | None]:
        return {each.owner.project for each in self.backend.ledgers()}

    def writes_resources(self, target: str) -> bool:
        """Whether a plan for *target* changes any resource."""
        return any(each.write for each in make_plan(self.context(target), ALL).plan.resources)
