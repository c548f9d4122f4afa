"""What the git repository of a project says of itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class GitRemote:
    """Where a repository was cloned from, without credentials, and the branch that is checked out."""

    url: str
    branch: str


def find_remote(directory: Path) -> GitRemote | None:
    """The `origin` of the repository that *directory* is in; None where there is none."""
    if find_tree(directory.absolute()) is None:  # GitPython takes long to import
        return None
    from syntask_yaml.git_library import git

    try:
        with git.Repo(directory, search_parent_directories=True) as repository:
            if "origin" not in repository.remotes:
                return None
            branch = "main" if repository.head.is_detached else repository.active_branch.name
            return GitRemote(without_credentials(repository.remotes["origin"].url), branch)
    except (git.GitError, ValueError, TypeError, OSError):  # GitPython's many ways of saying no
        return None


@dataclass(frozen=True, slots=True)
class Commit:
    """What is checked out: the first line of its *message*, and `HEAD` for a *branch* without a name.

    *url* is where it was cloned from, without credentials; None if it was not.
    """

    sha: str
    branch: str
    message: str
    url: str | None = None

    @property
    def repository(self) -> str:
        """The repository's path on its server."""
        return urlsplit(self.url or "").path.strip("/").removesuffix(".git")


def find_commit(directory: Path) -> Commit | None:
    """The commit that is checked out around *directory*; None where there is none, or no program git."""
    if find_tree(directory.absolute()) is None:  # GitPython takes long to import
        return None
    from syntask_yaml.git_library import git

    try:
        with git.Repo(directory, search_parent_directories=True) as repository:
            head = repository.head
            branch = "HEAD" if head.is_detached else repository.active_branch.name
            message = str(head.commit.message).strip().partition("\n")[0].rstrip()
            url = repository.remotes["origin"].url if "origin" in repository.remotes else None
            return Commit(head.commit.hexsha, branch, message, url and without_credentials(url))
    except (git.GitError, ValueError, TypeError, OSError):  # GitPython's many ways of saying no
        return None


def is_clean(directory: Path) -> bool | None:
    """Whether git has all around *directory* as it is, ignored files aside; None outside a repository."""
    if find_tree(directory.absolute()) is None:
        return None
    from syntask_yaml.git_library import git

    try:
        with git.Repo(directory, search_parent_directories=True) as repository:
            words = ["git", "-c", "core.fsmonitor=false", "status", "--porcelain", "--untracked-files=normal"]
            return not repository.git.execute(words)
    except (git.GitError, ValueError, TypeError, OSError):  # GitPython's many ways of saying no
        return None


def find_tree(directory: Path) -> Path | None:
    """Return the working tree of git that *directory* is in, without asking git; None where it is in none."""
    return next((each for each in (directory, *directory.parents) if (each / ".git").exists()), None)


def without_credentials(url: str) -> str:
    """*url* without the user and password that may stand in it; ssh keeps its user."""
    if url.startswith("ssh://"):
        return re.sub(r"^(ssh://[^/@:]*):[^/]*@", r"\1@", url)
    return re.sub(r"^(\w[\w+.-]*://)[^/]*@", r"\1", url)


def uncommitted(directory: Path, paths: Sequence[Path]) -> frozenset[Path] | None:
    """Which of *paths* git does not have as they are: changed, untracked or ignored.

    None where *directory* is in no repository.
    """
    from syntask_yaml.git_library import git

    try:
        with git.Repo(directory, search_parent_directories=True) as repository:
            if not repository.head.is_valid():  # nothing was ever committed
                return frozenset(path.resolve() for path in paths)
            root = Path(str(repository.working_tree_dir)).resolve()
            inside = {path.resolve() for path in paths if path.resolve().is_relative_to(root)}
            names = [str(path.relative_to(root)) for path in sorted(inside)]
            tracked = set(_listed(repository, "ls-files", names))
            changed = set(_listed(repository, "diff", names, "HEAD", "--name-only", "--no-renames"))
    except (git.GitError, ValueError, TypeError, OSError):  # GitPython's many ways of saying no
        return None
    clean = {root / name for name in tracked - changed}
    return frozenset(path.resolve() for path in paths) - clean


def _listed(repository: Any, command: str, names: Sequence[str], *options: str) -> list[str]:
    """The files that a command of git prints, of those called *names*, whatever characters they hold."""
    words = [
        "git",
        "-c",
        "core.fsmonitor=false",
        "--literal-pathspecs",
        command,
        "-z",
        *options,
        "--",
        *names,
    ]
    return [name for name in str(repository.git.execute(words)).split("\0") if name]
