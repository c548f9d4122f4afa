"""Whose the resources of targets are that share a backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.destroy import destroy, plan_destroy
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.operations.prune import Approval
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.flows import FlowReader

PROJECT = """\
name: shop
targets: {one: {}, two: {}, three: {values: {limit: 2}}, preview: {name_prefix: "pr-{{ $PR }}-"}}
values: {limit: {default: 1}}
deployments: []
resources:
  work_pools: {shop: {type: process, queues: {quick: {priority: 1}}}}
  variables: {limit: "{{ values.limit }}"}
"""

NAMES = ["work pool shop", "work queue shop/quick", "variable limit"]


@pytest.fixture(name="backend")
def _backend(tmp_path: Path) -> Iterator[EmbeddedBackend]:
    (tmp_path / "syntask.yaml").write_text(PROJECT, encoding="utf-8")
    backend = EmbeddedBackend.open(tmp_path / "syntask.db")
    yield backend
    backend.close()


def deployed(backend: EmbeddedBackend, root: Path, target: str, **more: Any) -> dict[str, str]:
    """What a deploy of *target* does to each resource."""
    request = Request(selection=Selection(all=True), **more)
    context = context_of(backend, root, target)
    outcome = deploy(context, request, options=DeployOptions(), notify=lambda _event: None)
    return {each.label: each.action for each in outcome.resources}


def destroyed(backend: EmbeddedBackend, root: Path, target: str) -> dict[str, str]:
    """What `destroy` of *target* does to each resource."""
    context, options = context_of(backend, root, target), DeployOptions()
    outcome = destroy(context, options=options, notify=lambda _event: None, approval=Approval(is_given=True))
    return {each.label: each.action for each in outcome.resources}


def context_of(backend: EmbeddedBackend, root: Path, target: str) -> DeployContext:
    name, _, number = target.partition(" ")
    project = open_project(ProjectLocation(directory=root, target=name))
    return DeployContext(project, backend, FlowReader(root), {"PR": number} if number else {})


def test_targets_share_what_they_declare_alike(backend: EmbeddedBackend, tmp_path: Path) -> None:
    assert deployed(backend, tmp_path, "one") == dict.fromkeys(NAMES, "created")
    assert deployed(backend, tmp_path, "two") == dict.fromkeys(NAMES, "unchanged")
    with pytest.raises(
        ProjectInvalid, match="`limit` belongs to the target `one`, which declares it otherwise"
    ):
        deployed(backend, tmp_path, "three")


@pytest.mark.parametrize(("first", "second"), [("one", "two"), ("preview 7", "preview 8")])
def test_what_targets_share_goes_with_the_last_one(
    backend: EmbeddedBackend, tmp_path: Path, first: str, second: str
) -> None:
    """Whoever deployed it first may change it and give it up; so may the other."""
    for each in (first, second, second):
        deployed(backend, tmp_path, each)
    text = PROJECT.replace("{default: 1}", "{default: 3}")
    (tmp_path / "syntask.yaml").write_text(text, encoding="utf-8")
    assert deployed(backend, tmp_path, second)["variable limit"] == "updated"
    assert destroyed(backend, tmp_path, first) == dict.fromkeys(NAMES, "unchanged")
    assert destroyed(backend, tmp_path, first) == {}
    assert [each.name for each in backend.variables()] == ["limit"]
    assert destroyed(backend, tmp_path, second) == dict.fromkeys(NAMES, "deleted")
    assert backend.ledgers() == []


def test_what_stays_for_another_target_is_said(backend: EmbeddedBackend, tmp_path: Path) -> None:
    for target in ("one", "two"):
        deployed(backend, tmp_path, target)

    (said,) = plan_destroy(context_of(backend, tmp_path, "one")).diagnostics

    assert (said.code, said.detail) == (
        "resource-kept",
        "Not deleted: `variable limit`, `work queue shop/quick`, `work pool shop`. "
        "Another target of the project has it.",
    )


def test_a_branch_without_a_resource_leaves_it_to_the_other_targets(
    backend: EmbeddedBackend, tmp_path: Path
) -> None:
    deployed(backend, tmp_path, "one")
    deployed(backend, tmp_path, "two")
    (tmp_path / "syntask.yaml").write_text(PROJECT.partition("  variables")[0], encoding="utf-8")
    assert deployed(backend, tmp_path, "one", prune=True)["variable limit"] == "unchanged"
    (tmp_path / "syntask.yaml").write_text(PROJECT, encoding="utf-8")
    assert deployed(backend, tmp_path, "two") == dict.fromkeys(NAMES, "unchanged")


def test_what_is_taken_over_is_no_other_targets(backend: EmbeddedBackend, tmp_path: Path) -> None:
    deployed(backend, tmp_path, "one")
    deployed(backend, tmp_path, "three", take_over=True)
    assert destroyed(backend, tmp_path, "one") == {}


AUTOMATION = """\
  automations:
  - {name: page, trigger: {expect: [prefect.flow-run.Failed]}, actions: [{type: run-command, command: [a]}]}
"""


def test_an_automation_goes_from_target_to_target(backend: EmbeddedBackend, tmp_path: Path) -> None:
    """The backend keeps whose it is, and the last target that declares it deletes it."""
    (tmp_path / "syntask.yaml").write_text(PROJECT + AUTOMATION, encoding="utf-8")
    for each in ("one", "two", "two"):
        deployed(backend, tmp_path, each)
    assert destroyed(backend, tmp_path, "one")["automation page"] == "unchanged"
    assert [each.automation.project for each in backend.automations()] == ["shop:two"]
    assert deployed(backend, tmp_path, "two")["automation page"] == "unchanged"
    assert destroyed(backend, tmp_path, "two")["automation page"] == "deleted"
    assert backend.ledgers() == []
