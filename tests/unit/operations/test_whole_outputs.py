"""A step's outputs as a whole are a mapping, which does not go where text is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.deployment import Deployment
from tests.support.desk import Desk

BUILD = "build: [{syntask_docker.deployments.steps.build_docker_image: {id: build-image, image_name: x}}]"


def planned(folder: Path, entry: str) -> Deployment | None:
    desk = Desk(folder)
    desk.declare(entry, top=BUILD)
    return desk.plan().prepared[0].deployment


def problem_of(folder: Path, entry: str) -> Diagnostic:
    with pytest.raises(ProjectInvalid) as raised:
        planned(folder, entry)
    (problem,) = raised.value.diagnostics
    return problem


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("work_pool: {name: default, job_variables: {command: '{{ build-image }}'}}", "wrong-job-variable"),
        ("work_pool: {name: default, job_variables: {env: {I: '{{ build-image }}'}}}", "wrong-job-variable"),
        ("parameters: {source: '{{ build-image }}'}", "wrong-parameter"),
        ("parameters: {batch: '{{ build-image }}'}", "wrong-parameter"),
    ],
)
def test_outputs_as_a_whole_where_text_is_meant_are_an_error(tmp_path: Path, entry: str, code: str) -> None:
    """It names the outputs that there are."""
    problem = problem_of(tmp_path, entry)

    assert problem.code == code
    assert "it is a mapping; select one of its keys: `image_name`, `tag`, `image`" in problem.detail


@pytest.mark.parametrize(
    "place", ["command: '{{ build-image.image }}'", "env: {I: '{{ build-image.image }}'}"]
)
def test_one_output_may_stand_where_text_is_meant(tmp_path: Path, place: str) -> None:
    """What it will be is known after the build."""
    entry = f"work_pool: {{name: default, job_variables: {{{place}}}}}"

    assert planned(tmp_path, entry) is not None


@pytest.mark.parametrize(
    "entry",
    [
        "tags: ['x-{{ build-image }}']",
        "description: 'made of {{ build-image }}'",
        "parameters: {source: 'x-{{ build-image }}'}",
        "work_pool: {name: default, job_variables: {command: 'run {{ build-image }}'}}",
    ],
)
@pytest.mark.parametrize("file", ["syntask.yaml", "prefect.yaml"])
def test_outputs_as_a_whole_inside_a_text_are_an_error(tmp_path: Path, entry: str, file: str) -> None:
    """A text would hold the mapping as Python shows it. It is said before the build, with its place."""
    desk = Desk(tmp_path)
    desk.declare(entry, top=BUILD, name=file)

    with pytest.raises(ProjectInvalid) as raised:
        desk.plan()
    (problem,) = [each for each in raised.value.diagnostics if each.is_error]

    assert problem.code == "invalid-template"
    assert problem.detail == "`build-image` is a mapping, which cannot be inserted into text."
    assert "`build-image.image`" in problem.hint
    assert problem.span is not None
    assert "{{ build-image }}" in problem.span.source.text[problem.span.start : problem.span.end]
    assert "invalid-template" in {each.code for each in desk.context.project.diagnostics}


def test_outputs_as_a_whole_inside_an_input_of_a_step_are_an_error(tmp_path: Path) -> None:
    """Of pull steps, too: the build is over when they are stored."""
    desk = Desk(tmp_path)
    desk.declare(
        "pull: [{syntask.deployments.steps.run_shell_script: {script: 'echo {{ build-image }}'}}]", top=BUILD
    )

    with pytest.raises(ProjectInvalid) as raised:
        desk.plan()

    assert "invalid-template" in {each.code for each in raised.value.diagnostics}
