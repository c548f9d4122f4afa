"""Which file is the project's, and what its paths are relative to."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.errors import NotFound
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.locate import FILE_NAMES, find_project_file


def write(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("name: x\n", encoding="utf-8")


@pytest.mark.parametrize("count", range(1, len(FILE_NAMES) + 1))
def test_the_names_count_in_their_order(tmp_path: Path, count: int) -> None:
    write(tmp_path, *FILE_NAMES[-count:])

    assert find_project_file(tmp_path) == tmp_path / FILE_NAMES[-count]


def test_the_nearest_file_upwards_counts(tmp_path: Path) -> None:
    write(tmp_path, "syntask.yaml")
    write(tmp_path / "a", "prefect.yaml")
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)

    assert find_project_file(tmp_path / "a" / "b" / "c") == tmp_path / "a" / "prefect.yaml"
    project = open_project(ProjectLocation(directory=tmp_path / "a" / "b" / "c"))
    assert project.root == tmp_path / "a"
    assert project.dialect is Dialect.PREFECT


@pytest.mark.parametrize("git", ["folder", "file"])
def test_the_search_ends_at_the_root_of_the_repository(tmp_path: Path, git: str) -> None:
    """Also in a worktree, where `.git` is a file."""
    write(tmp_path, "syntask.yaml")
    inner = tmp_path / "repository" / "flows"
    inner.mkdir(parents=True)
    if git == "folder":
        (inner.parent / ".git").mkdir()
    else:
        (inner.parent / ".git").write_text("gitdir: elsewhere", encoding="utf-8")

    assert find_project_file(inner) is None
    with pytest.raises(NotFound, match="No project file"):
        open_project(ProjectLocation(directory=inner))
    write(inner.parent, "syntask.yml")
    assert find_project_file(inner) == inner.parent / "syntask.yml"


def test_a_folder_with_the_name_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a" / "syntask.yaml").mkdir(parents=True)
    write(tmp_path, "prefect.yaml")

    assert find_project_file(tmp_path / "a") == tmp_path / "prefect.yaml"


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("deployments.yaml", Dialect.SYNTASK),
        ("old-prefect.yaml", Dialect.PREFECT),
        ("Prefect.YML", Dialect.PREFECT),
    ],
)
def test_a_file_that_is_named(tmp_path: Path, name: str, dialect: Dialect) -> None:
    """Its paths are relative to the directory, as in Prefect, and its name tells the dialect."""
    write(tmp_path / "config", name)

    project = open_project(ProjectLocation(directory=tmp_path, file=Path("config", name)))

    assert project.root == tmp_path
    assert project.dialect is dialect
    assert project.document.source.name == f"config/{name}"
