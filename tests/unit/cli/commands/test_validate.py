"""`validate --changed-since` of a project in several targets: git is asked once, and all is said once."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syntask_yaml.cli.commands.validate import command
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.main import cli
from syntask_yaml.operations.changed_code import ChangedCode
from syntask_yaml.project import revisions
from syntask_yaml.project.git_program import git
from tests.support.git_repository import Repository

PROJECT = """\
name: shop
targets: {dev: {}, prod: {}, preview: {name_prefix: "pr-{{ $PR }}-"}}
deployments:
- {name: one, entrypoint: "flows.py:etl"}
- {name: two, entrypoint: "flows.py:etl"}
"""


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "shop")
    repository.commit(**{"syntask.yaml": PROJECT, "flows.py": "def etl() -> None: ...\n"})
    return repository


def validate(repository: Repository) -> Result:
    arguments = ["--no-flows", "--changed-since", "HEAD"]
    return CliRunner().invoke(command, arguments, obj=Context(repository.path, {}), **cli.context_settings)


def test_what_targets_have_in_common_is_found_and_said_once(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    read: list[tuple[object, ...]] = []

    def counted(directory: Path, *arguments: str, given: bytes = b"") -> bytes:
        asked.append(arguments[0])
        return git(directory, *arguments, given=given)

    def chains(code: ChangedCode, modules: object) -> object:
        found = old(code, modules)  # type: ignore[arg-type]
        read.append(tuple(found))
        return found

    old = ChangedCode._chains
    monkeypatch.setattr(ChangedCode, "_chains", chains)
    monkeypatch.setattr(revisions, "git", counted)
    (repository.path / "flows.py").write_text("def etl() -> None: ...\n# changed\n", encoding="utf-8")

    lines = validate(repository).stderr.splitlines()

    assert asked == ["rev-parse", "diff", "ls-files"]
    assert [each for each in read if each] == read[:1]
    assert lines[0].startswith("Changed since `HEAD` (")
    assert lines[1:] == [
        f"  etl/{prefix}{name}: `flows.py` changed"
        for prefix in ("", "pr-{{ $PR }}-")
        for name in ("one", "two")
    ]


def test_that_nothing_changed_is_said_once(repository: Repository) -> None:
    (line,) = validate(repository).stderr.splitlines()
    assert line.startswith("No deployment that is selected changed since `HEAD` (")
