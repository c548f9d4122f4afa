"""What is left when templates are resolved: values that are checked once more, and no template."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.project.resolve import resolve_pull, without_limits
from syntask_yaml.template import Scope
from tests.support.desk import Desk

TYPED = {
    "concurrency_limit": "wrong-type",
    "concurrency_limit: {limit: 1, collision_strategy": "wrong-value",
    "concurrency_limit: {limit: 1, grace_period_seconds": "wrong-type",
    "paused": "wrong-type",
    "enforce_parameter_schema": "wrong-type",
    "version_type": "wrong-value",
    "schedule: {cron": "invalid-cron",
    "schedule: {interval": "invalid-interval",
    "schedule: {rrule": "invalid-rrule",
    "schedule: {interval: 60, anchor_date": "invalid-date",
    "schedule: {cron: 0 6 * * *, timezone": "invalid-timezone",
}


def entry(key: str, text: str) -> str:
    return f'{key}: "{text}"' + "}" * key.count("{")


@pytest.mark.parametrize("text", ["{{ x", "{{ a b }}", "{{ flow_run.name }}"])
@pytest.mark.parametrize(("key", "code"), TYPED.items())
def test_braces_that_stay_are_no_value_of_a_typed_field(
    tmp_path: Path, key: str, code: str, text: str
) -> None:
    """Prefect's dialect leaves what is no template, and names of a run, as text."""
    desk = Desk(tmp_path)
    desk.declare(entry(key, text), name="prefect.yaml")

    with pytest.raises(ProjectInvalid) as raised:
        desk.plan()

    assert [each.code for each in raised.value.diagnostics] == [code]
    assert all(each.span is not None for each in raised.value.diagnostics)


@pytest.mark.parametrize(("key", "code"), TYPED.items())
def test_the_same_goes_for_a_name_of_a_run_in_our_dialect(tmp_path: Path, key: str, code: str) -> None:
    desk = Desk(tmp_path)
    desk.declare(entry(key, "{{ flow_run.name }}"))

    with pytest.raises(ProjectInvalid) as raised:
        desk.plan()

    assert [each.code for each in raised.value.diagnostics] == [code]


@pytest.mark.parametrize("key", TYPED)
def test_what_a_step_will_output_is_no_problem_before_it_ran(tmp_path: Path, key: str) -> None:
    desk = Desk(tmp_path)
    step = "build: [{syntask.deployments.steps.run_shell_script: {id: made, script: echo 1}}]"
    desk.declare(f"{entry(key, '{{ made.stdout }}')}, {step}")

    assert desk.plan().failed == ()


@pytest.mark.parametrize(
    "limit", ["2147483648", "'9999999999'", "'" + "9" * 5000 + "'", "9" * 400, "0", "'0'"]
)
def test_a_limit_that_no_backend_can_keep_is_refused(tmp_path: Path, limit: str) -> None:
    desk = Desk(tmp_path)
    desk.declare(f"concurrency_limit: {limit}")

    with pytest.raises(ProjectInvalid):
        desk.plan()


def test_the_largest_limit_is_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.declare("concurrency_limit: 2147483647")

    assert desk.actions() == ["created"]


@pytest.mark.parametrize("interval", ["9" * 400, "'" + "9" * 400 + "'", "PT" + "9" * 400 + "S", "1e300"])
def test_an_interval_of_any_length_is_a_problem_with_a_place(tmp_path: Path, interval: str) -> None:
    desk = Desk(tmp_path)
    desk.declare(f"schedule: {{interval: {interval}}}")

    with pytest.raises(ProjectInvalid) as raised:
        desk.plan()

    assert [each.code for each in raised.value.diagnostics] == ["invalid-interval"]


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
    project = open_project(ProjectLocation(directory=tmp_path))
    declared = project.declarations[0].pull or ()
    resolved = without_limits(resolve_pull(project, declared, Scope(environ={})), project)

    assert [dict(step.inputs) for step in resolved.value] == [
        {"repository": "https://git.example/a.git"},
        {"timeout": 5},
        {"directory": "a"},
    ]
    assert [each.span.line for each in resolved.diagnostics if each.span] == [3]
    assert not any(each.is_error for each in resolved.diagnostics)


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
