"""Revisions of a git repository: resolve refs, compare commits, and read files of a commit.

User input is never passed to git as an option.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import SyntaskError, UsageError
from syntask_yaml.project.git_program import GitRefused, git, why_unread

_DEEPEN = (
    "Run `git fetch --unshallow`. In GitHub Actions, give `actions/checkout` the input `fetch-depth: 0`; in "
    "GitLab CI, set `GIT_DEPTH: 0`."
)
_GITLINK = b"160000"
_FILE_MODES = (b"100644", b"100755")


class RevisionUnavailable(SyntaskError):
    """The requested revision does not exist in the repository, or in the fetched part of its history."""

    code = "revision-unavailable"


@dataclass(frozen=True)
class History:
    """The repository with the working tree *tree*, an absolute path without links."""

    tree: Path

    def commit(self, ref: str) -> str:
        """Return the SHA of the commit *ref*. Raises UsageError, RevisionUnavailable."""
        if not _is_text_of_ref(ref):
            raise UsageError(
                f"`{ref}` is not a commit, a branch or a tag.", hint="Write `main`, `v1.2` or a SHA."
            )
        found = self._answer("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if found is not None:
            return found
        if self.shallow:
            raise RevisionUnavailable(
                f"This checkout is shallow, and what was fetched of it has no `{ref}`.", hint=_DEEPEN
            )
        known = (self._answer("for-each-ref", "--format=%(refname:short)") or "").splitlines()
        hint = did_you_mean(ref, known, otherwise="Run `git fetch`, or check the name.")
        raise RevisionUnavailable(f"The repository has no commit, branch or tag `{ref}`.", hint=hint)

    def base(self, ref: str) -> str:
        """Return the merge base of *ref* and the checkout.

        Raises UsageError, and RevisionUnavailable, also if the fetched history does not contain it.
        """
        commit = self.commit(ref)
        return self.certain(ref, commit, self._answer("merge-base", commit, "HEAD"))

    def certain(self, ref: str, commit: str, base: str | None) -> str:
        """Return *base* if the fetched history shows that it is the merge base of *ref*, at *commit*."""
        if base is not None and (base == commit or self._is_certain(base, commit)):
            return base
        if self.shallow:
            detail = f"This checkout is shallow, so it does not tell where it and `{ref}` have parted."
            raise RevisionUnavailable(detail, hint=_DEEPEN)
        raise RevisionUnavailable(f"`{ref}` and what is checked out have no commit in common.")

    def _is_certain(self, base: str, commit: str) -> bool:
        """Return whether the unfetched part of a shallow history cannot contain a later merge base."""
        if not self.shallow:
            return True
        between = self._answer("rev-list", commit, "HEAD", f"^{base}") or ""
        return self.shallow.isdisjoint(between.splitlines())

    def is_in(self, commit: str, branch: str) -> bool:
        """Return whether a local or remote branch contains *commit*, as far as its history was fetched."""
        found = (
            self._answer("rev-parse", "--verify", "--quiet", f"{each}^{{commit}}")
            for each in (f"refs/heads/{branch}", f"refs/remotes/origin/{branch}")
        )
        return any(head and self._answer("merge-base", commit, head) == commit for head in found)

    def changed_since(self, commit: str) -> frozenset[Path]:
        """Return the files that differ between *commit* and now, including uncommitted and new ones."""
        if commit not in self._changed:
            names = self._names("diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", commit, "--")
            self._changed[commit] = frozenset(self.tree / name for name in (*names, *self._untracked))
        return self._changed[commit]

    def write_ending(self, commit: str, into: Path, endings: Collection[str]) -> None:
        """Write the files of *commit* whose names have one of *endings*, as `write_named` does."""
        ends = tuple(map(os.fsencode, endings))
        self._write([line for line in self._files(commit) if line.endswith(ends)], into)

    def write_named(self, commit: str, into: Path, names: Collection[str]) -> None:
        """Write the files of *commit* with these *names* below *into*, as git stores them.

        Links and submodules are left out. Raises RevisionUnavailable.
        """
        wanted = frozenset(map(os.fsencode, names))
        self._write([line for line in self._files(commit) if line.partition(b"\t")[2] in wanted], into)

    def _write(self, listed: Iterable[bytes], into: Path) -> None:
        parted = [line.partition(b"\t") for line in listed if line.startswith(_FILE_MODES)]
        contents = self._contents(about.split()[2] for about, _, _ in parted)
        for (_, _, name), content in zip(parted, contents, strict=True):
            path = into / os.fsdecode(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def _files(self, commit: str) -> list[bytes]:
        """Return the lines of git for all files of *commit*: mode and object, then the name after a tab."""
        if commit not in self._listed:
            self._listed[commit] = self._run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")
        return self._listed[commit]

    @cached_property
    def _listed(self) -> dict[str, list[bytes]]:
        return {}

    @cached_property
    def _changed(self) -> dict[str, frozenset[Path]]:
        return {}

    @cached_property
    def _untracked(self) -> list[str]:
        return self._names("ls-files", "--others", "--exclude-standard", "-z")

    def _contents(self, blobs: Iterable[bytes]) -> Iterator[bytes]:
        answer = self._run("cat-file", "--batch", given=b"".join(blob + b"\n" for blob in blobs))
        at = 0
        while at < len(answer):
            end = answer.index(b"\n", at)
            name, kind, *size = answer[at:end].split()
            if kind != b"blob":
                detail = f"git does not have the content of {name.decode()}, which the commit holds."
                raise RevisionUnavailable(detail, hint="Fetch it: the clone may be a partial one.")
            start, at = end + 1, end + 2 + int(size[0])
            yield answer[start : at - 1]

    @property
    def objects(self) -> Path:
        """The folder of git's objects."""
        return (self.tree / self._run_text("rev-parse", "--git-path", "objects")).resolve()

    @property
    def object_format(self) -> str:
        return self._run_text("rev-parse", "--show-object-format")

    @property
    def url(self) -> str | None:
        """The URL of the origin; None if there is none."""
        return self._answer("config", "--get", "remote.origin.url")

    def submodules(self, commit: str) -> list[str]:
        """Return the names of the submodules in *commit*."""
        links = (line for line in self._files(commit) if line.startswith(_GITLINK))
        return [os.fsdecode(line.partition(b"\t")[2]) for line in links]

    @cached_property
    def shallow(self) -> frozenset[str]:
        """The commits at which a shallow history ends."""
        file = self._answer("rev-parse", "--git-path", "shallow")
        try:
            return frozenset((self.tree / (file or "")).read_text(encoding="ascii").split())
        except OSError:
            return frozenset()

    def _run_text(self, *arguments: str) -> str:
        return os.fsdecode(self._run(*arguments)).strip()

    def _names(self, *arguments: str) -> list[str]:
        return [os.fsdecode(name) for name in self._run(*arguments).split(b"\0") if name]

    def _answer(self, *arguments: str) -> str | None:
        """Return the output of git; None if it fails."""
        try:
            return os.fsdecode(git(self.tree, *arguments)).strip() or None
        except GitRefused:
            return None

    def _run(self, *arguments: str, given: bytes = b"") -> bytes:
        try:
            return git(self.tree, *arguments, given=given)
        except GitRefused as error:
            raise RevisionUnavailable(f"`git {arguments[0]}` failed: {error}.") from error


def history_of(directory: Path) -> History:
    """Return the repository that contains *directory*. Raises RevisionUnavailable if there is none."""
    try:
        tree = os.fsdecode(git(directory, "rev-parse", "--show-toplevel")).removesuffix("\n")
    except (FileNotFoundError, GitRefused):
        why, remedy = why_unread(directory)
        raise RevisionUnavailable(f"Cannot read the commits of `{directory}`: {why}.", hint=remedy) from None
    return History(Path(tree))


def parted_from(directory: Path, ref: str) -> tuple[History, str]:
    """Return the repository that contains *directory*, and its merge base with *ref*, as `History.base` does.

    Usually, one git command returns both. Raises as `history_of` and `History.base` do.
    """
    if _is_text_of_ref(ref) and ".." not in ref:
        try:
            said = os.fsdecode(git(directory, "rev-parse", "--show-toplevel", f"{ref}^{{commit}}...HEAD"))
        except (FileNotFoundError, GitRefused):
            said = ""
        match said.split("\n"):
            case [tree, _, commit, base, ""] if base.startswith("^"):  # a single merge base
                history = History(Path(tree))
                return history, history.certain(ref, commit, base.removeprefix("^"))
    history = history_of(directory)
    return history, history.base(ref)


def _is_text_of_ref(ref: str) -> bool:
    """Return whether *ref* is safe to pass to git: not an option, and without a final line break."""
    return bool(ref) and not ref.startswith("-") and ref.isprintable()
