"""What the git repository of a project says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a repository was cloned from, without credentials, and the branch that is checked out."""

    url: str
    branch: str


def find_remote(directory: Path) -> Remote | None:
    """The `origin` of the repository that *directory* is in; None where there is none."""
    from git import Repo
    from git.exc import GitError

    try:
        with Repo(directory, search_parent_directories=True) as repository:
            if "origin" not in repository.remotes:
                return None
            branch = "main" if repository.head.is_detached else repository.active_branch.name
            return Remote(without_credentials(repository.remotes["origin"].url), branch)
    except (GitError, ValueError, TypeError, OSError):  # GitPython's many ways of saying no
        return None


def without_credentials(url: str) -> str:
    """*url* without the user and password that may stand in it; ssh keeps its user."""
    return re.sub(r"^(https?://)[^/@]*@", r"\1", url)
