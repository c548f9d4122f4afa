"""Commands where something usual is missing: the program git, standard input, a variable on one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support import warm
from tests.support.console import Console

_PROJECT = """\
deployments:
- name: my dep
  entrypoint: flows.py:etl
  work_pool: {name: default}
- name: other
  entrypoint: flows.py:etl
  work_pool: {name: default}
"""
_COMMANDS = (
    "validate",
    "plan --all",
    "render --all",
    "deploy --all",
    "deployment ls",
    "flow ls",
    "flow-run ls",
    "work-pool ls",
    "variable ls",
    "block ls",
    "worker start --run-once",
    "schema",
    "completion bash",
    "init",
    "deployment add",
    "block create secret token",
)


@pytest.fixture(name="project")
def _project(console: Console) -> Console:
    (console.directory / "syntask.yaml").write_text(_PROJECT, encoding="utf-8")
    (console.directory / "flows.py").write_text(
        "from syntask import flow\n\n@flow\ndef etl(): ...\n", encoding="utf-8"
    )
    return console


def without_git(console: Console) -> None:
    """Let the console find Python and the commands beside it, and nothing else."""
    programs = console.home / "programs"
    programs.mkdir()
    (programs / "python3").symlink_to(Path(sys.executable).parent / "python3")
    (programs / "syntask").symlink_to(warm.folder() / "syntask")
    console.environ = {"PATH": str(programs)}


@pytest.mark.parametrize("is_repository", [False, True])
def test_without_the_program_git_everything_is_deployed_without_a_commit(
    project: Console, *, is_repository: bool
) -> None:
    """Only what git would have told is missing."""
    if is_repository:
        project.run("git init -q . && git remote add origin https://example.com/a/b.git && git add .")
        project.run("git -c user.name=a -c user.email=a@b.c commit -qm one")
    without_git(project)

    assert "2 to create" in project.play("syntask plan --all")
    assert "[exit" not in project.play("syntask deploy --all")
    assert "No changes" in project.play("syntask plan --all")


def test_without_the_program_git_a_step_that_needs_it_says_so(project: Console) -> None:
    """A project that clones is planned; the clone itself fails and names the program."""
    pull = 'pull:\n- prefect.deployments.steps.git_clone: {repository: "https://example.com/a/b.git"}\n'
    (project.directory / "syntask.yaml").write_text(pull + _PROJECT, encoding="utf-8")
    without_git(project)

    assert "2 to create" in project.play("syntask plan --all")
    assert "git" in project.play("syntask check -n 'etl/my dep'")
    assert "bug in syntask" not in project.play("syntask check -n 'etl/my dep'")


def test_closed_input_is_as_empty_input(project: Console) -> None:
    """No command minds that standard input is closed; it is no terminal, and holds nothing."""
    said = {command: project.play(f"syntask {command} <&-") for command in _COMMANDS}

    assert {command for command, text in said.items() if "[exit" in text} == {
        "init",
        "block create secret token",
    }
    assert "bug in syntask" not in "".join(said.values())


def test_closed_output_is_written_nowhere(project: Console) -> None:
    """Nothing that is opened later takes the place of the streams that are closed."""
    done = project.run("syntask deploy --all >&- 2>&-")

    assert (done.returncode, done.stdout) == (0, "")
    assert "my dep" in project.play("syntask deployment ls")


@pytest.mark.parametrize(
    ("variable", "chosen"),
    [
        ("etl/my dep", ["my dep"]),
        ("etl/my dep\netl/other\n", ["my dep", "other"]),
        ('["etl/my dep", "etl/other"]', ["my dep", "other"]),
    ],
)
def test_variable_of_an_option_that_may_be_repeated_has_a_value_on_each_line(
    project: Console, variable: str, chosen: list[str]
) -> None:
    """Blanks belong to the value; several stand on lines of their own, or in a JSON list."""
    project.environ = {"SYNTASK_PLAN_NAME": variable}

    printed = project.play("syntask plan")

    assert [name for name in ("my dep", "other") if f"etl/{name}" in printed] == chosen
