"""A hint can be followed: it names the line to write, the output that was meant, the key that is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.reader import read_bytes
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.load import load_project

DIALECTS = pytest.mark.parametrize("dialect", Dialect)
BUILD = """\
build:
- prefect_docker.deployments.steps.build_docker_image:
    id: build-image
    image_name: app
"""
BUILD_OF_SHELL = """\
build:
- prefect.deployments.steps.run_shell_script:
    id: get-tag
    script: echo 1
"""


def problems_of(entry: str, dialect: Dialect, top: str = "") -> tuple[Diagnostic, ...]:
    text = f"{top}deployments:\n- name: d\n  entrypoint: f.py:f\n  {entry}\n"
    return load_project(read_bytes(text.encode(), "f.yaml"), Path(), dialect=dialect).diagnostics


def hints_of(entry: str, dialect: Dialect = Dialect.PREFECT, top: str = "") -> list[str]:
    return [problem.hint for problem in problems_of(entry, dialect, top)]


@DIALECTS
@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ('schedule: "*/2 * * * *"', 'Write `cron: "*/2 * * * *"` under `schedule:`.'),
        ("schedule: 3600", "Write `interval: 3600` under `schedule:`."),
        ("schedule: PT1H", 'Write `interval: "PT1H"` under `schedule:`.'),
        ("schedule: FREQ=DAILY", 'Write `rrule: "FREQ=DAILY"` under `schedule:`.'),
        ('schedules: "0 6 * * *"', 'Write `- cron: "0 6 * * *"` under `schedules:`.'),
        ('schedules: ["0 6 * * *"]', 'Write `- cron: "0 6 * * *"` under `schedules:`.'),
        ("schedules: {cron: 0 7 * * *}", "Start each schedule with `- `, such as `- cron: 0 6 * * *`."),
    ],
)
def test_a_schedule_in_another_form_is_answered_with_the_line_to_write(
    entry: str, hint: str, dialect: Dialect
) -> None:
    assert hints_of(entry, dialect) == [hint]


@DIALECTS
@pytest.mark.parametrize("value", ["{cron: 0 7 * * *}", "5", "x", "true"])
@pytest.mark.parametrize("key", ["schedules", "triggers", "sla", "parameters", "work_pool", "tags", "pull"])
def test_what_is_expected_is_never_what_is_there(key: str, value: str, dialect: Dialect) -> None:
    for problem in problems_of(f"{key}: {value}", dialect):
        found, _, expected = problem.detail.partition("; expected ")
        assert not expected or found.rpartition(" is ")[2] not in expected


@DIALECTS
@pytest.mark.parametrize("section", ["build", "push", "pull"])
@pytest.mark.parametrize("value", ["{type: local}", "[{type: local}]", "{local: {path: x}}", "[{local: }]"])
def test_a_section_that_holds_no_step_says_what_one_is(section: str, value: str, dialect: Dialect) -> None:
    (problem,) = problems_of(f"{section}: {value}", dialect)

    assert problem.code == "unknown-step"
    assert "is not a step" in problem.detail
    assert "Start each step with `- `" in problem.hint


@DIALECTS
@pytest.mark.parametrize(
    ("top", "name", "hint"),
    [
        (BUILD, "build_image.image", "Did you mean `build-image.image`?"),
        (BUILD, "build_image.imge", "Did you mean `build-image.image`?"),
        (BUILD, "build_image", "Did you mean `build-image`?"),
        (BUILD_OF_SHELL, "get_tag.stdout", "Did you mean `get-tag.stdout`?"),
        ("", "SCRATCH_FOLDER", "To refer to the environment variable, write `{{ $SCRATCH_FOLDER }}`."),
        ("", "env.REGION", "To refer to an environment variable, write `{{ $REGION }}`."),
        ("", "env['REGION']", "To refer to an environment variable, write `{{ $NAME }}`."),
        ("", "os.environ", "To refer to an environment variable, write `{{ $environ }}`."),
    ],
)
def test_a_name_that_no_step_outputs(top: str, name: str, hint: str, dialect: Dialect) -> None:
    assert hints_of(f'description: "{{{{ {name} }}}}"', dialect, top) == [hint]


@DIALECTS
def test_a_key_that_only_holds_an_anchor_is_sent_to_the_homes_of_anchors(dialect: Dialect) -> None:
    (hint,) = hints_of("<<: *common", dialect, "common_deployment: &common\n  tags: [a]\n")

    assert hint.startswith("For anchors, use `definitions:`")


@DIALECTS
@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ("flow_location: ./f.py", "Remove it. `entrypoint` is already set."),
        ("entrypoints: f.py:f", "Did you mean `entrypoint`? It is already set, so keep one of the two."),
        ("is_paused: true\n  paused: true", "Remove it. `paused` is already set."),
        ("is_paused: true", "Write `paused:`."),
    ],
)
def test_no_hint_asks_for_a_second_key_of_a_name_that_is_there(
    entry: str, hint: str, dialect: Dialect
) -> None:
    assert hints_of(entry, dialect) == [hint]


@DIALECTS
def test_the_version_of_a_file_is_not_moved_into_an_entry(dialect: Dialect) -> None:
    (hint,) = hints_of("tags: []", dialect, "version: 1\n")

    assert hint.startswith("Remove it")


@pytest.mark.parametrize("package", ["prefect", "syntask"])
def test_a_commit_as_branch_is_warned_of(package: str) -> None:
    step = f"{package}.deployments.steps.git_clone"
    commit = "0123456789abcdef0123456789abcdef01234567"
    (problem,) = problems_of(
        f"pull: [{{{step}: {{repository: 'https://git.invalid/r', branch: {commit}}}}}]", Dialect.SYNTASK
    )

    assert not problem.is_error
    assert problem.hint == f"Write `commit_sha: {commit}`."


@DIALECTS
@pytest.mark.parametrize(
    "entry",
    [
        "job_variables: {env: {KEY: '{{ prefect.blocks.secret.key }}', A: '{{ missing }}'}}",
        "work_pool: {name: p, jobvars: '{{ prefect.blocks.secret.key }}'}",
        "schedules: [{cron: 0 6 * * *, paramters: {a: '{{ missing }}'}}]",
        "triggers: [{expect: [a], own: '{{ 1 + }}'}]",
    ],
)
def test_what_is_ignored_raises_no_second_problem(entry: str, dialect: Dialect) -> None:
    assert [problem.code for problem in problems_of(entry, dialect)] == ["unknown-key"]


@DIALECTS
def test_a_file_for_an_agent_is_one_message(dialect: Dialect) -> None:
    text = (Path(__file__).parents[2] / "files/invalid/agent-deployment.yaml").read_bytes()

    (problem,) = load_project(read_bytes(text, "deployment.yaml"), Path(), dialect=dialect).diagnostics

    assert problem.code == "agent-deployment"
    assert problem.is_error is (dialect is Dialect.SYNTASK)  # Prefect's own loader takes it
