"""Create, update and inspect a clone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.failures import Kind
from syntask_yaml.steps.git.address import Address
from syntask_yaml.steps.git.command import Git
from syntask_yaml.steps.git.failure import GitFailed

_FULL_SHA = (40, 64)
_PARTIAL = "--filter=blob:none"
_EVERY_BRANCH = "+refs/heads/*:refs/remotes/origin/*"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The requested content of a clone: a *branch* (or tag), a *commit*, or the default branch;
    optionally only some *directories*; and the submodules."""

    branch: str | None = None
    commit: str | None = None
    directories: tuple[str, ...] = ()
    submodules: bool = False


class CloneBroken(Exception):
    """The existing clone is not a complete repository."""


class Clone:
    """The clone of *address* in *place*, which may not exist yet."""

    def __init__(self, place: Path, address: Address, runner: Git, context: StepContext) -> None:
        self._place = place
        self._address = address
        self._git = runner
        self._context = context

    def make(self, wanted: Wanted) -> None:
        """Create the clone; *place* must not exist."""
        if wanted.commit is not None:
            self._git.run("init", "--quiet", "--", str(self._place))
            self._run("remote", "add", "origin", self._address.url)
            self.update(wanted)
            return
        options = [*self._shallow(), "--single-branch", "--origin=origin", *_filters(wanted)]
        options += [f"--branch={wanted.branch}"] if wanted.branch else []
        options += ["--no-checkout"] if wanted.directories else []
        self._git.run("clone", "--quiet", *options, "--", self._address.url, str(self._place))
        if wanted.directories:
            self._narrow(wanted.directories)
            self._run("checkout", "--quiet", "--force")
        self._add_submodules(wanted)

    def update(self, wanted: Wanted) -> None:
        """Fetch the requested content, and check it out over the existing files."""
        target = self._fetch_commit(wanted) if wanted.commit else self._fetch_branch(wanted)
        if wanted.directories:
            self._narrow(wanted.directories)
        elif self._is_sparse():
            self._run("sparse-checkout", "disable")
        self._run("checkout", "--quiet", "--force", *target)
        self._add_submodules(wanted)

    def check_origin(self) -> None:
        """Raise StepFailed if this is a clone of another address; remove a login from its URL.

        Raises CloneBroken if it is no longer a complete repository.
        """
        from configparser import Error

        origin = 'remote "origin"'
        try:
            settings = self._read().config_reader("repository")
            url = str(settings.get_value(origin, "url", "")) if settings.has_section(origin) else ""
        except Error as error:
            raise CloneBroken(str(error)) from error
        if not self._address.is_same(url):
            detail = f"`{self._place.name}` is a clone of a repository other than `{self._address.url}`."
            raise StepFailed(detail, hint="Remove it, or set `clone_directory_name` to another name.")
        if url != self._address.url:
            self._run("remote", "set-url", "origin", self._address.url)

    def _read(self) -> Any:
        """Return the repository as read by GitPython. Raises CloneBroken."""
        from syntask_yaml.git_library import git

        try:
            return git.Repo(self._place)
        except git.GitError as error:
            raise CloneBroken(str(error)) from error

    def _run(self, *arguments: str) -> str:
        return self._git.run(*arguments, inside=self._place)

    def _shallow(self) -> Sequence[str]:
        # git cannot clone a part of the history from a local directory: it links all of it.
        return ("--depth=1",) if self._address.scheme else ()

    def _fetch_branch(self, wanted: Wanted) -> Sequence[str]:
        branch = wanted.branch or self._own_branch()
        tracking = f"refs/remotes/origin/{branch}"
        try:
            self._fetch(wanted, f"+refs/heads/{branch}:{tracking}")
        except GitFailed as error:
            if error.kind is not Kind.REF:
                raise
            self._fetch(wanted, f"+refs/tags/{branch}:refs/tags/{branch}")
            return ("--detach", f"refs/tags/{branch}")
        return ("-B", branch, tracking)

    def _own_branch(self) -> str:
        for line in self._run("ls-remote", "--symref", "origin", "HEAD").splitlines():
            if line.startswith("ref: refs/heads/"):
                return line.split()[1].removeprefix("refs/heads/")
        raise StepFailed(f"`{self._address.url}` has no default branch.", hint="Set `branch`.")

    def _fetch(self, wanted: Wanted, *refs: str) -> None:
        # A clone with the complete history keeps it.
        is_whole = self._is_whole() and not self._is_new()
        shallow = () if is_whole else self._shallow()
        self._run("fetch", "--quiet", *shallow, *_filters(wanted), "origin", *refs)

    def _fetch_commit(self, wanted: Wanted) -> Sequence[str]:
        commit = str(wanted.commit)
        if not self._has(commit):
            if len(commit) in _FULL_SHA:
                self._fetch_one(wanted, commit)
            else:
                self._fetch_all()
        if not self._has(commit):
            detail = f"`{self._address.url}` has no commit `{commit}`, or several commits start with it."
            raise StepFailed(detail, hint="Check `commit_sha`, and that the commit was pushed.")
        return ("--detach", commit)

    def _fetch_one(self, wanted: Wanted, commit: str) -> None:
        try:
            self._fetch(wanted, commit)
        except GitFailed as error:
            if error.kind is not Kind.REF_REFUSED:
                raise
            self._fetch_all()

    def _fetch_all(self) -> None:
        deepen = () if self._is_whole() else ("--unshallow",)
        self._run("fetch", "--quiet", *deepen, _PARTIAL, "--tags", "origin", _EVERY_BRANCH)

    def _has(self, commit: str) -> bool:
        arguments = ("rev-parse", "--quiet", "--verify", f"{commit}^{{commit}}")
        found = self._git.attempt(*arguments, inside=self._place)
        # A branch name may equal the prefix of a commit.
        return found.code == 0 and found.stdout.startswith(commit)

    def _is_whole(self) -> bool:
        return not (Path(self._read().common_dir) / "shallow").exists()

    def _is_new(self) -> bool:
        return not self._read().head.is_valid()

    def _is_sparse(self) -> bool:
        arguments = ("config", "--bool", "core.sparseCheckout")
        return self._git.attempt(*arguments, inside=self._place).stdout.strip() == "true"

    def _narrow(self, directories: Sequence[str]) -> None:
        self._run("sparse-checkout", "set", "--cone", *directories)

    def _add_submodules(self, wanted: Wanted) -> None:
        if wanted.submodules:
            self._run("submodule", "--quiet", "update", "--init", "--recursive", "--force")
        for directory in wanted.directories:
            if not (self._place / directory).is_dir():
                self._context.write_error(f"The repository has no directory `{directory}`.")


def _filters(wanted: Wanted) -> Sequence[str]:
    return (_PARTIAL,) if wanted.directories else ()
