"""Where a ref has parted from what is checked out, asked for at once and step by step."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.errors import UsageError
from syntask_yaml.project import revisions
from syntask_yaml.project.git_program import git
from syntask_yaml.project.revisions import RevisionUnavailable, history_of, parted_from
from tests.support.git_repository import Repository


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Repository:
    """Two branches that have merged each other's first commit, and so have two last ones in common."""
    repository = Repository(tmp_path / "app")
    repository.commit(first="1\n")
    repository.git("tag", "--annotate", "v1", "--message=fix a..b")
    repository.git("branch", "work")
    repository.commit(here="2\n")
    repository.git("branch", "here")
    repository.git("switch", "--quiet", "work")
    repository.commit(there="3\n")
    repository.git("branch", "there")
    repository.git("merge", "--quiet", "--no-edit", "here")
    repository.git("switch", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-edit", "there")
    repository.commit(last="4\n")
    return repository


@pytest.mark.parametrize(
    "ref",
    [
        "HEAD",
        "main",
        "v1",
        "v1^{commit}",
        "here",
        "work",
        "HEAD~1",
        "main@{0}",
        "HEAD^{/change}",
        "HEAD^{/ch..ge}",
    ],
)
def test_asking_at_once_finds_the_same(repository: Repository, ref: str) -> None:
    history = history_of(repository.path)
    assert parted_from(repository.path, ref) == (history, history.base(ref))


@pytest.mark.parametrize(
    "ref", ["here..work", "here...work", "^main", "HEAD^!", "--all", "x\n", "first", ":/change", "no"]
)
def test_what_is_no_commit_is_refused_as_it_is_step_by_step(repository: Repository, ref: str) -> None:
    """Ranges, options and names of files are none, whatever git makes of them elsewhere."""
    file = repository.path / f"{ref.strip()}^{{commit}}...HEAD"
    file.parent.mkdir(exist_ok=True)
    file.touch()
    with pytest.raises((RevisionUnavailable, UsageError)) as by_steps:
        history_of(repository.path).base(ref)
    with pytest.raises(type(by_steps.value)) as at_once:
        parted_from(repository.path, ref)
    assert (at_once.value.detail, at_once.value.hint) == (by_steps.value.detail, by_steps.value.hint)


def test_histories_without_a_common_commit_have_not_parted(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "--orphan", "other")
    repository.commit(other="5\n")
    with pytest.raises(RevisionUnavailable, match="no commit in common"):
        parted_from(repository.path, "main")


def test_a_path_with_a_line_break_is_no_second_answer(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "a\nb")
    commit = repository.commit(first="1\n")
    history, base = parted_from(repository.path, "HEAD")
    assert (history.tree, base) == (repository.path.resolve(), commit)


def test_git_is_started_once(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def counted(directory: Path, *arguments: str) -> bytes:
        asked.append(arguments)
        return git(directory, *arguments)

    monkeypatch.setattr(revisions, "git", counted)
    parted_from(repository.path, "v1")
    assert len(asked) == 1
