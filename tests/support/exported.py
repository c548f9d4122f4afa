"""A backend's deployments exported to a folder, and planned from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.writer import to_yaml
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.exporting.declared_owner import DeclaredOwner
from syntask_yaml.operations.exporting.export import ExportRequest, export
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.plan.changes import Change
from syntask_yaml.project.flows import FlowReader
from tests.support.deployments import FLOWS

# A pool that takes any job variable.
FREE: Mapping[str, Any] = {
    "job_configuration": {"command": "{{ command }}"},
    "variables": {"type": "object", "properties": {"command": {}}},
}
ENVIRON = {"HOME": "/home/somebody"}


def is_declarable(deployment: Deployment) -> bool:
    """Whether a file of the deployment's owner can say all of it."""
    return not DeclaredOwner.of(deployment.project or "").obstacle(deployment)


def write_all(backend: Backend, wanted: Sequence[Deployment], folder: Path) -> None:
    """Make *wanted*, each with the parameter schema of its flow, whose code goes into *folder*."""
    (folder / "flows.py").write_text(FLOWS, encoding="utf-8")
    reader = FlowReader(folder)
    whole = [
        replace(each, parameter_schema=reader.read(each.entrypoint or "").parameter_schema) for each in wanted
    ]
    written = list(backend.write([Write(None, one) for one in whole]))
    assert [each.error and each.error.detail for each in written] == [None] * len(whole)


def export_to(folder: Path, backend: Backend, *patterns: str) -> tuple[Diagnostic, ...]:
    """Write the project file; what is said of it."""
    found = export(backend, ExportRequest(patterns=patterns), environ=ENVIRON)
    (folder / "syntask.yaml").write_text(to_yaml(found.content), encoding="utf-8")
    return found.diagnostics


def changes_in(folder: Path, backend: Backend) -> tuple[Change, ...]:
    """What a plan of the project in *folder* says."""
    project = open_project(ProjectLocation(directory=folder))
    context = DeployContext(project=project, backend=backend, reader=FlowReader(folder), environ=ENVIRON)
    return make_plan(context, Request(selection=Selection(all=True))).plan.changes
