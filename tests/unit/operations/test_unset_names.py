"""Templates of build and push steps without a value: a plan says so, and a deploy before its first step."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.plan import Planned, make_plan
from syntask_yaml.operations.render import render
from syntask_yaml.operations.selection import Selection
from tests.support.desk import Desk

STEPS = """\
build:
  - syntask.deployments.steps.run_shell_script: {id: first, script: touch ran}
  - syntask.deployments.steps.run_shell_script:
      id: second
      script: "echo {{ first.stdout }} {{ $TAG }} {{ syntask.variables.bucket }}"
push:
  - syntask.deployments.steps.run_shell_script: {script: "echo {{ syntask.blocks.secret.token }}"}
"""


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.declare("tags: [a]", "tags: [b]", top=STEPS)
    return desk


def shown(desk: Desk) -> Planned:
    """The plan as the command makes it."""
    return make_plan(desk.context, desk.request(), with_forecast=True)


def test_a_plan_warns_of_each_once_at_its_place_with_all_that_need_it(desk: Desk) -> None:
    found = [each for each in shown(desk).diagnostics if each.code == "unset-name"]

    assert [each.span and each.span.text for each in found] == [
        "{{ $TAG }}",
        "{{ syntask.variables.bucket }}",
        "{{ syntask.blocks.secret.token }}",
    ]
    assert all(each.is_warning for each in found)
    assert {each.entries for each in found} == {("etl/d0", "etl/d1")}


def test_a_deploy_stops_before_the_first_step(desk: Desk) -> None:
    with pytest.raises(ProjectInvalid) as caught:
        desk.deploy()

    assert [each.code for each in caught.value.diagnostics] == ["unset-name"] * 3
    assert not (desk.folder / "ran").exists()


def test_so_does_render_where_it_runs_the_steps(desk: Desk) -> None:
    render(desk.context, Selection(all=True))

    with pytest.raises(ProjectInvalid) as caught:
        render(desk.context, Selection(all=True), build=lambda _event: None)

    assert [each.code for each in caught.value.diagnostics] == ["unset-name"] * 3
    assert not (desk.folder / "ran").exists()


def test_nothing_is_said_where_everything_has_a_value(desk: Desk) -> None:
    desk.environ = {"TAG": "v1"}
    desk.backend.set_variable(Variable("bucket", "b"))
    desk.backend.create_block(Block("secret", "token", {"value": "hidden"}))

    assert not [each for each in shown(desk).diagnostics if each.is_warning]
    assert desk.deploy().is_good


def test_a_deploy_without_steps_or_with_empty_values_goes_on(desk: Desk) -> None:
    skipped = DeployOptions(jobs=1, skip_build=True)
    assert deploy(desk.context, desk.request(), options=skipped, notify=lambda _event: None).is_good

    desk.allow_unset = True
    assert desk.deploy().is_good
    assert (desk.folder / "ran").exists()


def test_with_keep_going_the_others_are_deployed(desk: Desk) -> None:
    desk.declare("build: null, push: null", "tags: [b]", top=STEPS)

    assert desk.actions(keep_going=True) == ["created", "failed"]
