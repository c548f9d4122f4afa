"""Information about the git repository of a project."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from syntask_yaml.project.git_program import GitRefused, find_tree, git
from syntask_yaml.urls import url_parts


class GitRemote(NamedTuple):
    """The URL of a repository's origin, without credentials, and the checked-out branch."""

    url: str
    branch: str


def find_remote(directory: Path) -> GitRemote | None:
    """Return the `origin` of the repository that contains *directory*; None if there is none."""
    tree = find_tree(directory.absolute())
    url = tree and _url(tree)
    return GitRemote(url, _branch(tree) or "main") if tree and url else None


class Commit(NamedTuple):
    """The checked-out commit: the first line of its *message*, and `HEAD` for a *branch* without a name.

    *url* is the URL of the origin, without credentials; None if there is none.
    """

    sha: str
    branch: str
    message: str
    url: str | None = None

    @property
    def repository(self) -> str:
        """The repository's path on its server."""
        return url_parts(self.url or "").path.strip("/").removesuffix(".git")


def find_commit(directory: Path) -> Commit | None:
    """Return the checked-out commit around *directory*; None without a repository or the program git."""
    tree = find_tree(directory.absolute())
    found = tree and _text(tree, "rev-list", "--max-count=1", "--format=%B", "--encoding=UTF-8", "HEAD")
    if not tree or not found:
        return None
    first, _, message = found.partition("\n")
    summary = message.strip().partition("\n")[0].rstrip()
    return Commit(first.removeprefix("commit "), _branch(tree) or "HEAD", summary, _url(tree))


def is_clean(directory: Path) -> bool | None:
    """Return whether the working tree of *directory* is clean, except ignored files; None without one."""
    tree = find_tree(directory.absolute())
    found = tree and _answer(tree, "status", "--porcelain", "--untracked-files=normal")
    return None if found is None else not found


def without_credentials(url: str) -> str:
    """Return *url* without a user and password; the user of ssh is kept."""
    if url.startswith("ssh://"):
        return re.sub(r"^(ssh://[^/@:]*):[^/]*@", r"\1@", url)
    return re.sub(r"^(\w[\w+.-]*://)[^/]*@", r"\1", url)


def uncommitted(directory: Path, paths: Sequence[Path]) -> frozenset[Path] | None:
    """Return which of *paths* are not committed in their current state: changed, untracked or ignored.

    None if *directory* is in no repository.
    """
    tree = find_tree(directory.absolute())
    if tree is None:
        return None
    root = tree.resolve()
    inside = {path.resolve() for path in paths if path.resolve().is_relative_to(root)}
    names = [str(path.relative_to(root)) for path in sorted(inside)]
    tracked = _listed(root, names, "ls-files")
    if tracked is None:
        return None
    changed = _listed(root, names, "diff", "HEAD", "--name-only", "--no-renames")
    # Without an answer, there are no commits yet.
    clean = set() if changed is None else {root / name for name in tracked - changed}
    return frozenset(path.resolve() for path in paths) - clean


def _listed(tree: Path, names: Sequence[str], command: str, *options: str) -> frozenset[str] | None:
    """Return the files among *names* that a git command prints, with any characters in their names."""
    found = _answer(tree, "--literal-pathspecs", command, "-z", *options, "--", *names)
    return None if found is None else frozenset(map(os.fsdecode, found.split(b"\0"))) - {""}


def _branch(tree: Path) -> str | None:
    """Return the checked-out branch; None for a detached commit."""
    found = _text(tree, "symbolic-ref", "--quiet", "HEAD")
    return found and found.removeprefix("refs/heads/")


def _url(tree: Path) -> str | None:
    """Return the URL of `origin`, without credentials."""
    found = _text(tree, "config", "--get", "remote.origin.url")
    return found and without_credentials(found)


def _text(tree: Path, *arguments: str) -> str | None:
    found = _answer(tree, *arguments)
    return None if found is None else found.decode(errors="replace").strip()


def _answer(tree: Path, *arguments: str) -> bytes | None:
    """Return the output of git for the repository at *tree*; None if it fails, or is not installed."""
    try:
        return git(tree, *arguments)
    except (OSError, GitRefused):
        return None
