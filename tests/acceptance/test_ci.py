"""The action and the hooks do what their pages say, run as their runners run them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import CHECKOUT
from tests.support.console import Console
from tests.support.github_runner import ActionRunner, comments_api

PROJECT = """\
name: weather
deployments:
  - name: berlin
    entrypoint: flows.py:report
    parameters: {days: 1}
"""
FLOWS = "from syntask import flow\n\n@flow\ndef report(days: int) -> None:\n    print(days)\n"
BOT = "github-actions[bot]"
OWN, FORK = {"repo": {"full_name": "us/weather"}}, {"repo": {"full_name": "them/weather"}}


@pytest.fixture(name="project")
def _project(console: Console) -> Path:
    folder = console.directory / "jobs"
    folder.mkdir()
    (folder / "syntask.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "flows.py").write_text(FLOWS, encoding="utf-8")
    return folder


@pytest.fixture(name="comments")
def _comments() -> list[dict[str, Any]]:
    """The comments of a pull request, of which somebody else made the first, with the mark of the action."""
    return []


@pytest.fixture(name="api")
def _api(comments: list[dict[str, Any]]) -> Iterator[str]:
    with comments_api(comments, author=BOT) as url:
        yield url


def runner(console: Console, api: str, event: str, head: dict[str, Any] | None = None) -> ActionRunner:
    pull_request = {"number": 7, "head": head} if head else {}
    return ActionRunner(
        action=CHECKOUT,
        workspace=console.directory,
        environ={**console.environment(), "GITHUB_API_URL": api},
        github={
            "event_name": event,
            "repository": "us/weather",
            "token": "the-token",
            "event": {"pull_request": pull_request},
        },
    )


def test_a_pull_request_has_one_comment_with_the_plan(
    console: Console, project: Path, comments: list[dict[str, Any]], api: str
) -> None:
    """It is updated in place, one of somebody else with its mark is not, and merging applies the plan."""
    inputs = {"directory": "jobs", "package": "installed"}

    first = runner(console, api, "pull_request", OWN).run(inputs)
    mark = comments[0]["body"].splitlines()[0]
    comments.insert(0, {"id": 1, "user": {"login": "mallory"}, "body": mark})
    comments[1]["id"] = 2
    (project / "syntask.yaml").write_text(PROJECT.replace("days: 1", "days: 2"), encoding="utf-8")
    second = runner(console, api, "pull_request", OWN).run(inputs)

    assert first == second == (["Validate", "Plan", "Comment"], 0)
    assert [each["user"]["login"] for each in comments] == ["mallory", BOT]
    assert comments[0]["body"] == mark
    assert '`{"days": 2}`' in comments[1]["body"]

    inputs |= {"plan": "plan.json"}
    merged = runner(console, api, "push")
    assert merged.run(inputs) == (["Validate", "Plan"], 0)
    assert merged.outputs["plan"]["changes"] == "true"
    assert merged.run({**inputs, "command": "deploy"}) == (["Validate", "Deploy"], 0)
    assert "report/berlin" in console.run("syntask deployment ls").stdout


def test_a_pull_request_from_a_fork_is_validated_only(console: Console, project: Path, api: str) -> None:
    """Nothing is planned, and nothing is asked of the API: there are no secrets, and no right to comment."""
    inputs = {"directory": "jobs", "package": "installed"}

    assert runner(console, api, "pull_request", FORK).run(inputs) == (["Validate"], 0)


def test_a_plan_that_fails_is_a_comment_and_a_failure(
    console: Console, project: Path, comments: list[dict[str, Any]], api: str
) -> None:
    """The comment says what is wrong."""
    (project / "syntask.yaml").write_text(PROJECT.replace("1}", "'{{ $UNSET }}'}"), encoding="utf-8")

    ran, code = runner(console, api, "pull_request", OWN).run({"directory": "jobs", "package": "installed"})

    assert (ran, code) == (["Validate", "Plan", "Comment", "Result of the plan"], 1)
    assert "unset-name" in comments[0]["body"]


HOOKS = {
    each["id"]: each for each in yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text("utf-8"))
}


@pytest.mark.parametrize(
    ("hook", "files"), [("syntask-validate", ""), ("syntask-validate-files", "syntask.yaml")]
)
def test_a_hook_runs_for_the_files_that_it_names(
    console: Console, project: Path, hook: str, files: str
) -> None:
    """Its command finds what is wrong, and its pattern the files that matter."""
    (project / "syntask.yaml").write_text(PROJECT.replace("parameters", "paramters"), encoding="utf-8")

    command = " ".join([HOOKS[hook]["entry"], *HOOKS[hook]["args"], files])
    done = console.run(f"cd jobs && {command}")

    assert (done.returncode, "unknown-key" in done.stdout) == (1, True)
    assert re.search(HOOKS[hook]["files"], "jobs/syntask.yaml")
    assert not re.search(HOOKS[hook]["files"], "jobs/other.yaml")


@pytest.mark.torture
@pytest.mark.parametrize("hook", HOOKS)
def test_pre_commit_runs_a_hook(console: Console, project: Path, tmp_path: Path, hook: str) -> None:
    """pre-commit installs the checkout with all that it needs, and shows what the hook finds."""
    (project / "syntask.yaml").write_text(PROJECT.replace("parameters", "paramters"), encoding="utf-8")
    programs = tmp_path / "pre-commit" / "bin"
    installed = f"{sys.executable} -m venv {programs.parent} && {programs}/pip install -q pre-commit"
    made = console.run(f"{installed} && cd jobs && git init -q && git add .", timeout=300)
    assert made.returncode == 0, made.stdout

    command = f"{programs}/pre-commit try-repo {CHECKOUT} {hook} --all-files"
    done = console.run(f"cd jobs && PRE_COMMIT_HOME={tmp_path}/home {command}", timeout=300)

    assert (done.returncode, "unknown-key" in done.stdout) == (1, True), done.stdout
