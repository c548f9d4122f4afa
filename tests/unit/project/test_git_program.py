"""The program git, asked about repositories that it reads, and about those that it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syntask_yaml.project.git_program import GitRefused, git, why_unread
from syntask_yaml.project.repository import find_commit, is_clean
from syntask_yaml.project.revisions import RevisionUnavailable, history_of
from tests.support.git_repository import Repository


def test_git_writes_nothing_and_runs_no_hook(tmp_path: Path) -> None:
    """Not even its index, which `git status` writes otherwise when the time of a file has changed."""
    repository = Repository(tmp_path / "app")
    repository.commit(flows="x = 1\n")
    index = repository.path / ".git" / "index"
    os.utime(repository.path / "flows", (1, 1))
    before = index.read_bytes()

    assert git(repository.path, "status", "--porcelain") == b""
    assert index.read_bytes() == before


def test_what_git_says_last_is_the_message(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "app")
    with pytest.raises(GitRefused, match="Not a valid object name"):
        git(repository.path, "cat-file", "-t", "nowhere")


def test_the_repository_of_somebody_else_is_told_from_none(tmp_path: Path) -> None:
    """As in a container of a CI job, where the checkout belongs to the user of the host."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder to somebody else")
    repository = Repository(tmp_path / "app")
    repository.commit(flows="x = 1\n")
    for path in (repository.path, repository.path / ".git"):
        os.chown(path, 12345, 12345)

    why, remedy = why_unread(repository.path)
    assert why == "git does not read this repository, because it belongs to another user"
    assert f"safe.directory {repository.path.resolve()}`" in remedy
    assert find_commit(repository.path) is None
    assert is_clean(repository.path) is None
    with pytest.raises(RevisionUnavailable, match="belongs to another user"):
        history_of(repository.path)


def test_a_folder_without_a_repository_is_said_to_be_one(tmp_path: Path) -> None:
    assert why_unread(tmp_path)[0] == "this directory is not in a git repository"
