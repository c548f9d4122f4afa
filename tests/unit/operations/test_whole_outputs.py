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
    assert "it is a mapping; name the part that is meant: `image_name`, `tag`, `image`" in problem.detail


@pytest.mark.parametrize(
    "place", ["command: '{{ build-image.image }}'", "env: {I: '{{ build-image.image }}'}"]
)
def test_one_output_may_stand_where_text_is_meant(tmp_path: Path, place: str) -> None:
    """What it will be is known after the build."""
    entry = f"work_pool: {{name: default, job_variables: {{{place}}}}}"

    assert planned(tmp_path, entry) is not None
