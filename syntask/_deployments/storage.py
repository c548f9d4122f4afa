"""The location of the code of a flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from syntask._backend.blocks import Block, Secret


class GitCredentials(TypedDict, total=False):
    """Credentials for a repository. The token is a block, because it is stored with the deployment."""

    username: str
    access_token: Secret


class GitRepository:
    """A git repository at *url*, at a *branch*, a tag or a *commit_sha*.

    *credentials* are a block of credentials, or a mapping with `access_token` and optionally `username`.
    *directories* limits the checkout, and *name* is the directory to clone into. *pull_interval* has no
    effect, because each run clones.
    """

    def __init__(
        self,
        url: str,
        credentials: GitCredentials | Block | Mapping[str, Any] | None = None,
        name: str | None = None,
        branch: str | None = None,
        commit_sha: str | None = None,
        include_submodules: bool = False,
        pull_interval: int | None = 60,
        directories: Sequence[str] | None = None,
    ) -> None:
        if branch and commit_sha:
            raise ValueError("`branch` and `commit_sha` are both set. Keep one of them.")
        self.url = url
        self.credentials = credentials
        self.name = name
        self.branch = branch
        self.commit_sha = commit_sha
        self.include_submodules = include_submodules
        self.pull_interval = pull_interval
        self.directories = directories

    def __repr__(self) -> str:
        return f"GitRepository({self.url!r})"
