"""What a project's repository says, whoever else has set variables of git."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.project.repository import Commit, GitRemote, find_commit, find_remote, is_clean, uncommitted
from tests.support.git_repository import Repository


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "app")
    repository.commit(flows="x = 1\n")
    repository.git("commit", "--quiet", "--amend", "--message=first line\nsecond line\n\nbody")
    return repository


def test_a_commit_has_the_first_line_of_its_message(repository: Repository) -> None:
    """From a folder further down, on a branch that shares its name with a tag, and detached."""
    repository.git("remote", "add", "origin", "https://user:secret@git.example/team/app.git")
    repository.git("checkout", "--quiet", "-b", "feature/ä")
    repository.git("tag", "feature/ä")
    (repository.path / "inner").mkdir()

    url = "https://git.example/team/app.git"
    sha = repository.git("rev-parse", "HEAD")
    assert find_commit(repository.path / "inner") == Commit(sha, "feature/ä", "first line", url)
    assert find_remote(repository.path / "inner") == GitRemote(url, "feature/ä")
    repository.git("checkout", "--quiet", "--detach")
    assert find_commit(repository.path) == Commit(sha, "HEAD", "first line", url)
    assert find_remote(repository.path) == GitRemote(url, "main")


def test_a_hook_of_another_repository_is_in_nobodys_way(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git sets variables for its hooks that would lead it elsewhere."""
    other = Repository(tmp_path / "other")
    other.commit(other="")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    found = find_commit(repository.path)

    assert found is not None
    assert found.message == "first line"
    assert is_clean(repository.path) is True
    assert uncommitted(repository.path, [repository.path / "flows"]) == frozenset()


def test_without_git_or_a_repository_nothing_is_known(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is no error."""

    def everything(directory: Path) -> tuple[object, ...]:
        file = directory / "flows.py"
        found = find_commit(directory), find_remote(directory), is_clean(directory)
        return (*found, uncommitted(directory, [file]))

    assert everything(tmp_path) == (None, None, None, None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert everything(repository.path) == (None, None, None, None)


def test_before_the_first_commit_all_is_uncommitted(tmp_path: Path) -> None:
    """Also what was added."""
    empty = Repository(tmp_path / "empty")
    file = empty.path / "flows.py"
    file.write_text("x = 1\n")
    empty.git("add", "flows.py")

    assert find_commit(empty.path) is None
    assert uncommitted(empty.path, [file]) == frozenset({file})
