"""Versions are those that Prefect finds, without the credentials that it sends along."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.value import Unknown
from syntask_yaml.operations.version import CI_SYSTEMS, Versions
from syntask_yaml.project.repository import without_credentials
from tests.support.git_repository import Repository

SECRET = "t0p-secret"
GITHUB = {
    "GITHUB_SHA": "0123456789abcdef0123456789abcdef01234567",
    "GITHUB_REF_NAME": "feature/x",
    "GITHUB_REPOSITORY": "team/app",
    "GITHUB_SERVER_URL": "https://github.example",
}
GITLAB = {
    "CI_COMMIT_SHA": "1123456789abcdef",
    "CI_COMMIT_REF_NAME": "main",
    "CI_PROJECT_NAME": "app",
    "CI_PROJECT_URL": "https://gitlab.example/team/app",
}
BITBUCKET = {
    "BITBUCKET_COMMIT": "2123456789abcdef",
    "BITBUCKET_BRANCH": "main",
    "BITBUCKET_REPO_SLUG": "app",
    "BITBUCKET_GIT_HTTP_ORIGIN": "http://bitbucket.example/team/app",
}
AZURE = {
    "BUILD_SOURCEVERSION": "3123456789abcdef",
    "BUILD_SOURCEBRANCHNAME": "main",
    "BUILD_REPOSITORY_NAME": "app",
    "BUILD_REPOSITORY_URI": f"https://org:{SECRET}@dev.azure.example/org/_git/app",
}
REMOTES = (
    "https://git.example/team/app.git",
    f"https://user:{SECRET}@git.example/team/app.git",
    f"https://user:{SECRET}@more@git.example/team/app.git",
    f"ssh://git:{SECRET}@git.example:2222/team/app.git",
    "git@git.example:team/app.git",
    "/srv/repositories/app.git",
)
ENVIRONMENTS: tuple[Mapping[str, str], ...] = (
    {},
    GITHUB,
    {**GITHUB, **GITLAB},
    {**BITBUCKET, **AZURE},
    AZURE,
    {**GITHUB, "GITHUB_REF_NAME": ""},
)


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "app")
    repository.commit(flows__py="x = 1\n")
    return repository


def ours(root: Path, environ: Mapping[str, str], **fields: Any) -> Deployment:
    wanted = Deployment(flow="f", name="d", **fields)
    return Versions(root, environ).put_on(wanted, flow_version="of-the-flow")


def theirs(
    root: Path, environ: Mapping[str, str], type: str | None, patch: pytest.MonkeyPatch
) -> dict[str, Any] | None:
    """What Prefect finds in that folder and environment."""
    from anyio import run
    from prefect._internal.versioning import VersionType, get_inferred_version_info

    for name in os.environ.keys() & {key for each in ENVIRONMENTS for key in each}:
        patch.delenv(name)
    for name, value in environ.items():
        patch.setenv(name, value)
    patch.chdir(root)
    found: Any = run(get_inferred_version_info, type and VersionType(type))
    return None if found is None else {**found.model_dump(), "url": without_credentials(found.url)}


@pytest.mark.parametrize("environ", ENVIRONMENTS, ids=lambda each: "+".join(each)[:40] or "none")
@pytest.mark.parametrize("type", [None, "prefect:simple", "vcs:git", *CI_SYSTEMS])
def test_the_version_is_the_one_that_prefect_finds(
    repository: Repository, environ: Mapping[str, str], type: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every environment and for every type, with a remote."""
    repository.git("remote", "add", "origin", REMOTES[0])

    found = theirs(repository.path, environ, type, monkeypatch)

    deployment = ours(repository.path, environ, version_type=type)
    expected = found or {"type": "prefect:simple", "version": "of-the-flow"}
    assert deployment.version_info == expected
    assert deployment.version == expected["version"]


@pytest.mark.parametrize("remote", REMOTES)
def test_remotes_are_named_as_by_prefect_but_for_credentials(
    repository: Repository, remote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a clone was made from, on a branch and detached."""
    repository.git("remote", "add", "origin", remote)
    for _ in range(2):
        info = ours(repository.path, {}).version_info
        assert info == theirs(repository.path, {}, None, monkeypatch)
        assert SECRET not in str(info)
        repository.git("checkout", "--quiet", "--detach")


def test_without_a_remote_the_flow_has_the_version(tmp_path: Path, repository: Repository) -> None:
    """A repository of one's own, an empty one, and no repository at all."""
    empty = Repository(tmp_path / "empty")
    for root in (tmp_path, repository.path, empty.path):
        info = ours(root, GITHUB if root is not repository.path else {}).version_info
        assert info == {"type": "prefect:simple", "version": "of-the-flow"}


def test_a_declared_version_stays(repository: Repository) -> None:
    """It goes into the info too; one that a step decides waits for the step."""
    declared = ours(repository.path, GITHUB, version="1.4")
    assert declared.version == "1.4"
    assert declared.version_info is not None
    assert (declared.version_info["version"], declared.version_info["type"]) == ("1.4", "vcs:github")
    assert ours(repository.path, GITHUB, version=Unknown("sha.stdout")).version_info is None
