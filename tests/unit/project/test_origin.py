"""The origin of a project: the same for every checkout of a repository, and for no other folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.project.origin import origin_of, remote_name


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.com/team/shop.git",
        "https://git.example.com/team/shop",
        "https://git.example.com/team/shop/",
        "https://somebody:hush@git.example.com/team/shop.git",
        "https://git.example.com:8443/Team/Shop.git",
        "http://token@git.example.com/team/shop",
        "ssh://git@git.example.com/team/shop.git",
        "ssh://git@git.example.com:2222/team/shop.git",
        "git@git.example.com:team/shop.git",
        "git.example.com:team/shop",
        "git://git.example.com/team/shop.git",
        "ssh://git@ssh.git.example.com:443/team/shop.git",
        "https://git.example.com/scm/team/shop.git",
        "https://git.example.com/team/_git/shop",
        "git@ssh.git.example.com:v3/team/shop",
    ],
)
def test_a_remote_has_one_name_however_it_is_written(url: str) -> None:
    assert remote_name(url, Path("/somewhere")) == "git.example.com/team/shop"


def test_other_remotes_have_other_names(tmp_path: Path) -> None:
    urls = (
        "https://a.com/x/y",
        "https://b.com/x/y",
        "https://a.com/x/z",
        "../y.git",
        "/srv/y.git",
        "file:///srv/z",
    )
    assert len({remote_name(url, tmp_path) for url in urls}) == len(urls)
    assert remote_name("/srv/y.git", tmp_path) == remote_name("file:///srv/y", tmp_path)


def repository(folder: Path, *remotes: str) -> Path:
    """A checkout as git leaves it, with its configuration indented by tabs."""
    (folder / ".git").mkdir(parents=True)
    lines = ["[core]", "\tbare = false"]
    for name, url in (remote.split("=") for remote in remotes):
        lines += [f'[remote "{name}"]', f"\turl = {url}", "\tfetch = +refs/heads/*:refs/remotes/x/*"]
    (folder / ".git" / "config").write_text("\n".join(lines), encoding="utf-8")
    (folder / "deep").mkdir()
    return folder / "deep" / "syntask.yaml"


def test_checkouts_of_a_repository_have_one_origin(tmp_path: Path) -> None:
    here = repository(tmp_path / "a", "origin=git@git.example.com:team/shop.git", "fork=https://x.com/y")
    there = repository(tmp_path / "b" / "c", "origin=https://git.example.com/team/shop")

    assert origin_of(here) == origin_of(there) == "git.example.com/team/shop:deep"
    assert origin_of(here.parent / "prefect.yaml") == origin_of(here)
    assert origin_of(here.parents[1] / "syntask.yaml") == "git.example.com/team/shop:."


def test_a_further_worktree_and_a_submodule_have_the_origin_of_their_repository(tmp_path: Path) -> None:
    file = repository(tmp_path / "main", "origin=git@git.example.com:team/shop.git")
    own = tmp_path / "main" / ".git" / "worktrees" / "w"
    own.mkdir(parents=True)
    (own / "commondir").write_text("../..\n", encoding="utf-8")
    (tmp_path / "w" / "deep").mkdir(parents=True)
    (tmp_path / "w" / ".git").write_text(f"gitdir: {own}\n", encoding="utf-8")

    assert origin_of(tmp_path / "w" / "deep" / "syntask.yaml") == origin_of(file)


@pytest.mark.parametrize("broken", [None, "[remote", "[core]\n\tbare = false", "[core]\n", "\xff"])
def test_without_a_remote_the_path_counts(tmp_path: Path, broken: str | None) -> None:
    file = tmp_path / "syntask.yaml"
    if broken is not None:
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git" / "config").write_bytes(broken.encode("latin-1"))

    assert origin_of(file) == str(tmp_path.resolve())
