"""The version of a deployment, and the commit that it was deployed from.

The environment of a CI system has priority, then the git repository of the project, then the flow itself.
Commits are looked up once, and only when something is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.value import Unknown
from syntask_yaml.project.repository import Commit, find_commit, without_credentials

SIMPLE, GIT = "prefect:simple", "vcs:git"
_SHORT = 8


class CiSystem(NamedTuple):
    """The environment variables in which a CI system describes the build and its actor, if that is a name.

    *url* is a template for them and `sha`.
    """

    sha: str
    branch: str
    repository: str
    url: str
    actor: str = ""


# In the order of detection.
CI_SYSTEMS: Mapping[str, CiSystem] = {
    "vcs:github": CiSystem(
        "GITHUB_SHA",
        "GITHUB_REF_NAME",
        "GITHUB_REPOSITORY",
        "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/tree/{sha}",
        "GITHUB_ACTOR",
    ),
    "vcs:gitlab": CiSystem(
        "CI_COMMIT_SHA",
        "CI_COMMIT_REF_NAME",
        "CI_PROJECT_NAME",
        "{CI_PROJECT_URL}/-/tree/{sha}",
        "GITLAB_USER_LOGIN",
    ),
    "vcs:bitbucket": CiSystem(
        "BITBUCKET_COMMIT",
        "BITBUCKET_BRANCH",
        "BITBUCKET_REPO_SLUG",
        "{BITBUCKET_GIT_HTTP_ORIGIN}/src/{sha}",
    ),
    "vcs:azuredevops": CiSystem(
        "BUILD_SOURCEVERSION",
        "BUILD_SOURCEBRANCHNAME",
        "BUILD_REPOSITORY_NAME",
        "{BUILD_REPOSITORY_URI}?version=GC{sha}",
        "BUILD_REQUESTEDFOR",
    ),
}


def branch_of(commit: Commit | None, environ: Mapping[str, str]) -> str | None:
    """Return the branch of the checked-out *commit*: from git, or else from the CI system in *environ*."""
    if commit is not None and commit.branch != "HEAD":
        return commit.branch
    return _from_ci("branch", environ)


def actor_of(environ: Mapping[str, str]) -> str | None:
    """Return the actor of the CI system in *environ*; None outside of CI."""
    return _from_ci("actor", environ)


def _from_ci(field: str, environ: Mapping[str, str]) -> str | None:
    names = (getattr(system, field) for system in CI_SYSTEMS.values())
    return next((environ[name] for name in names if environ.get(name)), None)


@dataclass(frozen=True)
class Versions:
    """The versions of deployments from the folder *root*, in the environment *environ*.

    *is_past*: the commit is not the one that a CI system is building.
    """

    root: Path
    environ: Mapping[str, str]
    is_past: bool = False

    def put_on(self, deployment: Deployment, *, flow_version: str | None) -> Deployment:
        """Return *deployment* with its version info, and, if it declares no version, with the detected one.

        *flow_version* is used without a commit. A version that a step decides is kept.
        """
        if isinstance(deployment.version, Unknown):
            return deployment
        found = self._info(deployment.version_type)
        version = deployment.version or (found["version"] if found else flow_version) or ""
        info = {**(found or {"type": SIMPLE}), "version": version}
        return replace(deployment, version=version or None, version_info=info)

    def _info(self, type: str | None) -> dict[str, str] | None:
        if type == SIMPLE:
            return None
        return self._infos.get(type) if type else next(iter(self._infos.values()), None)

    @cached_property
    def commit(self) -> Commit | None:
        """The checked-out commit, if there is one."""
        return find_commit(self.root)

    @cached_property
    def _infos(self) -> dict[str, dict[str, str]]:
        """The version info of each available source, by priority."""
        commit = self.commit
        if commit is None:
            return {}
        found = {name: self._ci_info(name, system, commit) for name, system in CI_SYSTEMS.items()}
        own = {name: info for name, info in found.items() if info is not None}
        return own if commit.url is None else {**own, GIT: _from_git(commit, commit.url)}

    def _ci_info(self, type: str, system: CiSystem, commit: Commit) -> dict[str, str] | None:
        sha, branch, repository = (
            self.environ.get(name) for name in (system.sha, system.branch, system.repository)
        )
        if not (sha and branch and repository):
            return None
        sha = commit.sha if self.is_past else sha
        url = system.url.format_map(_Unset(self.environ, sha=sha))
        return _info(type, sha, commit.message, branch, repository, url)


def _from_git(commit: Commit, url: str) -> dict[str, str]:
    return _info(GIT, commit.sha, commit.message, commit.branch, commit.repository, url)


def _info(type: str, sha: str, message: str, branch: str, repository: str, url: str) -> dict[str, str]:
    return {
        "type": type,
        "version": sha[:_SHORT],
        "commit_sha": sha,
        "message": message,
        "branch": branch,
        "repository": repository,
        "url": without_credentials(url),
    }


class _Unset(dict[str, str]):
    """Variables, in which unset ones are empty."""

    def __missing__(self, _name: str) -> str:
        return ""
