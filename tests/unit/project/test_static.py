"""Names in templates are known before anything is deployed; what is meant is named."""

from __future__ import annotations

import pytest

from syntask_yaml.project.dialect import Dialect
from tests.unit.project.conftest import DIALECTS, hints_of, problems_of

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


@pytest.mark.parametrize("package", ["prefect", "syntask"])
def test_a_commit_as_branch_is_warned_of(package: str) -> None:
    step = f"{package}.deployments.steps.git_clone"
    commit = "0123456789abcdef0123456789abcdef01234567"
    (problem,) = problems_of(
        f"pull: [{{{step}: {{repository: 'https://git.invalid/r', branch: {commit}}}}}]", Dialect.SYNTASK
    )

    assert not problem.is_error
    assert problem.hint == f"Write `commit_sha: {commit}`."


@pytest.mark.parametrize(
    ("repository", "is_named"),
    [
        ("https://{{ $TOKEN }}@git.example/r.git", True),
        ("https://bot:{{ $TOKEN }}@git.example/r.git", True),
        ("https://git.example/{{ $TEAM }}@old.git", False),
        ("https://{{ $HOST }}/r.git", False),
        ("://" + "{{$" * 100_000, False),  # a pattern that looks back would not come to an end
    ],
)
def test_the_login_of_a_url_from_the_environment_is_named(repository: str, is_named: bool) -> None:
    step = "prefect.deployments.steps.git_clone"
    found = problems_of(f'pull: [{{{step}: {{repository: "{repository}"}}}}]', Dialect.SYNTASK)
    assert ("secret-in-environment" in {each.code for each in found}) == is_named
