"""The step `git_clone`."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.retry import pauses
from syntask_yaml.steps.base import Outputs, StepContext, StepStopped
from syntask_yaml.steps.declare import step
from syntask_yaml.steps.failures import Kind
from syntask_yaml.steps.git.address import Address, parse_address
from syntask_yaml.steps.git.command import Git
from syntask_yaml.steps.git.credentials import Login, login_for
from syntask_yaml.steps.git.failure import GitFailed
from syntask_yaml.steps.git.lock import only_one
from syntask_yaml.steps.git.repository import Clone, CloneBroken, Wanted

_SHA = re.compile(r"[0-9a-f]{4,64}")
# Names that git allows, without those that look like options or have a meaning in a refspec.
_BRANCH = re.compile(r"(?!-)(?!.*(?:\.\.|@\{))[^\s~^:?*\[\\\x00-\x1f\x7f]+")


@step("git_clone", outputs=("directory",), aliases=("git_clone_project",), needs="git", on_stock_workers=True)
def git_clone(
    context: StepContext,
    *,
    repository: str | None,
    branch: str | None = None,
    commit_sha: str | None = None,
    include_submodules: bool = False,
    access_token: str | None = None,
    credentials: Mapping[str, Any] | str | None = None,
    directories: Sequence[str] | None = None,
    clone_directory_name: str | None = None,
) -> Outputs:
    """Clone a git repository into the current directory.

    Of its history only the newest commit is fetched, or *commit_sha*; with *directories* only the files at
    the top and in those. A clone that is there already is brought up to date. The output is its path from
    here. *access_token* or *credentials* are used for this server only, and are not stored.

    Args:
        repository: The URL of the repository. Example: `https://git.example.com/team/flows.git`.
        branch: The branch or tag to check out. Default: the repository's default branch. Example: `main`.
        commit_sha: The commit to check out instead of a branch.
            Example: `3f2a9c1e8b7d6f5a4c3b2a1908f7e6d5c4b3a291`.
        include_submodules: Whether to clone submodules. Example: `true`.
        access_token: A token for the repository, usually a block.
            Example: `{{ syntask.blocks.secret.git-token }}`.
        credentials: Credentials for the repository: a block, or a mapping with `token` and optionally
            `username`. Example: `{{ syntask.blocks.github-credentials.team }}`.
        directories: Check out only these directories and the files at the top. Example: `["flows", "lib"]`.
        clone_directory_name: The directory to clone into. Default: the name of the repository and the
            branch. Example: `flows`.
    """
    address = parse_address(repository or "", context.directory)
    login = login_for(address, access_token, credentials)
    if login is not None and not address.takes_login:
        context.write_error(
            "The credentials are not used, because the repository does not have an http(s) address."
        )
        login = None
    wanted = _wanted(branch, commit_sha, directories or (), submodules=include_submodules)
    target = _target(context.directory, clone_directory_name or _default_name(address, branch))
    target.parent.mkdir(parents=True, exist_ok=True)
    with only_one(target, context):
        _remove_leftovers(target)
        _bring_about(_Job(context, address, login, wanted, target))
    return {"directory": str(target.relative_to(context.directory.resolve()))}


def _wanted(
    branch: str | None, commit: str | None, directories: Sequence[str], *, submodules: bool
) -> Wanted:
    if branch and commit:
        detail = "`branch` and `commit_sha` are both set."
        raise StepFailed(detail, hint="Keep one of them. A commit does not require a branch.")
    if branch and not _BRANCH.fullmatch(branch):
        raise StepFailed(f"`{branch}` is not a valid branch name.", hint="Fix `branch`.")
    if commit and not _SHA.fullmatch(commit.lower()):
        detail = f"`{commit}` is not a commit id, which has 4 to 64 hexadecimal digits."
        raise StepFailed(detail, hint="For a branch or tag, use `branch`.")
    return Wanted(
        branch=branch or None,
        commit=commit.lower() if commit else None,
        directories=tuple(_directory(each) for each in directories),
        submodules=submodules,
    )


def _directory(name: str) -> str:
    stripped = name.strip("/")
    if not stripped or stripped.startswith("-") or ".." in Path(stripped).parts:
        raise StepFailed(f"`{name}` is not a valid directory of a repository.", hint="Fix `directories`.")
    return stripped


def _default_name(address: Address, branch: str | None) -> str:
    return f"{address.name}-{branch.replace('/', '-')}" if branch else address.name


def _target(directory: Path, name: str) -> Path:
    here = directory.resolve()
    target = (here / name).resolve() if name.isprintable() else here
    if here not in target.parents or ".git" in target.relative_to(here).parts:
        detail = f"`{name}` is not inside the current directory."
        raise StepFailed(detail, hint="Set `clone_directory_name` to a plain name.")
    if target.exists() and not target.is_dir():
        raise StepFailed(f"`{name}` is a file.", hint="Set `clone_directory_name` to another name.")
    return target


@dataclass(frozen=True, slots=True)
class _Job:
    """The inputs of one clone."""

    context: StepContext
    address: Address
    login: Login | None
    wanted: Wanted
    target: Path

    def clone_in(self, place: Path) -> Clone:
        return Clone(place, self.address, Git(self.context, self.address, self.login), self.context)


def _bring_about(job: _Job) -> None:
    if (job.target / ".git").exists():
        _update(job)
    elif job.target.is_dir() and any(job.target.iterdir()):
        detail = f"`{job.target.name}` already exists and is not a clone."
        raise StepFailed(detail, hint="Remove it, or set `clone_directory_name` to another name.")
    else:
        _make(job)


def _update(job: _Job) -> None:
    job.context.write(f"Updating {job.target.name} from {job.address.url}")
    clone = job.clone_in(job.target)
    try:
        clone.check_origin()
        _retrying(lambda: clone.update(job.wanted), job.context)
    except CloneBroken as error:
        _make_anew(job, error)
    except GitFailed as error:
        if error.kind is not Kind.OTHER:
            raise
        _make_anew(job, error)


def _make_anew(job: _Job, error: Exception) -> None:
    job.context.write_error(f"Cannot update the clone, cloning again: {error}")
    _make(job)


def _make(job: _Job) -> None:
    job.context.write(f"Cloning {job.address.url} into {job.target.name}")
    _retrying(lambda: _attempt(job), job.context)


def _attempt(job: _Job) -> None:
    """Clone into a temporary directory, and move it to the target when it is complete."""
    draft = _beside(job.target)
    try:
        job.clone_in(draft).make(job.wanted)
        if job.target.exists():
            job.target.rename(_beside(job.target))
        draft.rename(job.target)
    finally:
        _remove_leftovers(job.target)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")


def _remove_leftovers(target: Path) -> None:
    """Remove temporary and replaced clones, also those of killed processes."""
    name = re.compile(re.escape(f".{target.name}.") + r"[0-9a-f]{8}\.part")
    for path in target.parent.glob(".*.part"):
        if name.fullmatch(path.name):
            shutil.rmtree(path, ignore_errors=True)


def _retrying(action: Callable[[], None], context: StepContext) -> None:
    """Execute *action*, and retry it up to twice after network failures."""
    for pause in pauses(1.0, times=2, factor=3.0):
        try:
            return action()
        except GitFailed as error:
            if error.kind is not Kind.NETWORK or pause is None:
                raise
            context.write_error(f"{error.detail}\nTrying again in {pause:.1f} s.")
        if context.stop.wait(pause):
            raise StepStopped("Cloning was stopped.")
    return None
