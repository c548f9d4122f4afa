"""Whose the resources of targets are that share a backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.operations.choose import Selection
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.plan import Request
from syntask_yaml.operations.project import ProjectPlace, open_project
from syntask_yaml.project.flows import FlowReader

PROJECT = """\
name: shop
targets: {one: {}, two: {}, three: {values: {limit: 2}}}
values: {limit: {default: 1}}
deployments: []
resources:
  work_pools: {shop: {type: process, queues: {quick: {priority: 1}}}}
  variables: {limit: "{{ values.limit }}"}
"""


@pytest.fixture(name="backend")
def _backend(tmp_path: Path) -> Iterator[EmbeddedBackend]:
    (tmp_path / "syntask.yaml").write_text(PROJECT, encoding="utf-8")
    backend = EmbeddedBackend.open(tmp_path / "syntask.db")
    yield backend
    backend.close()


def deployed(backend: EmbeddedBackend, root: Path, target: str) -> dict[str, str]:
    """What a deploy of *target* does to each resource."""
    project = open_project(ProjectPlace(directory=root, target=target))
    context = DeployContext(project, backend, FlowReader(root), {})
    request = Request(selection=Selection(all=True))
    outcome = deploy(context, request, options=DeployOptions(), notify=lambda _event: None)
    return {each.label: each.action for each in outcome.resources}


def test_targets_share_what_they_declare_alike(backend: EmbeddedBackend, tmp_path: Path) -> None:
    names = ["work pool shop", "work queue shop/quick", "variable limit"]
    assert deployed(backend, tmp_path, "one") == dict.fromkeys(names, "created")
    assert deployed(backend, tmp_path, "two") == dict.fromkeys(names, "unchanged")
    with pytest.raises(
        ProjectInvalid, match="`limit` belongs to the target `one`, which declares it otherwise"
    ):
        deployed(backend, tmp_path, "three")
