"""`timeout` of pull steps, where the worker is not ours."""

from __future__ import annotations

from pathlib import Path

from syntask_yaml.operations.project import ProjectPlace, open_project
from syntask_yaml.project.resolve import resolve_pull, without_limits
from syntask_yaml.template import Scope

PROJECT = """
pull:
  - prefect.deployments.steps.git_clone: {repository: https://git.example/a.git, timeout: 60}
  - own.steps.fetch: {timeout: 5}
  - prefect.deployments.steps.set_working_directory: {directory: a}
deployments: [{name: d, entrypoint: "flows.py:etl", work_pool: {name: default}}]
"""


def test_the_limit_is_left_out_and_said(tmp_path: Path) -> None:
    """A stock worker would hand it to the step's function; an input of the user's own stays."""
    (tmp_path / "syntask.yaml").write_text(PROJECT)
    project = open_project(ProjectPlace(directory=tmp_path))
    declared = project.declarations[0].pull or ()
    resolved = without_limits(resolve_pull(project, declared, Scope(environ={})), project)

    assert [dict(step.inputs) for step in resolved.value] == [
        {"repository": "https://git.example/a.git"},
        {"timeout": 5},
        {"directory": "a"},
    ]
    assert [each.span.line for each in resolved.diagnostics if each.span] == [3]
    assert not any(each.is_error for each in resolved.diagnostics)
