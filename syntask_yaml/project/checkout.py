"""Check out a commit to a temporary working tree without writing to the repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from syntask_yaml.project.revisions import History, RevisionUnavailable

_QUIET = ("-c", f"core.hooksPath={os.devnull}", "-c", "advice.detachedHead=false")


@contextmanager
def checked_out(history: History, commit: str) -> Iterator[Path]:
    """Yield a temporary checkout of *commit*, with the filters of git applied to its files.

    The folder is a repository with the same name that uses the objects of that of *history*, so that steps
    which run git see this commit. Raises RevisionUnavailable.
    """
    _refuse_submodules(history, commit)
    with TemporaryDirectory(prefix="syntask-ref-") as folder:
        tree = Path(folder).resolve() / history.tree.name
        _git(None, "init", "--quiet", "--template=", f"--object-format={history.object_format}", str(tree))
        _borrow(history, tree / ".git")
        if history.url is not None:
            _git(tree, "config", "--add", "remote.origin.url", history.url)
        _git(tree, "checkout", "--quiet", "--detach", commit)
        yield tree


def _refuse_submodules(history: History, commit: str) -> None:
    if names := history.submodules(commit):
        listed = ", ".join(f"`{name}`" for name in names[:3])
        raise RevisionUnavailable(
            f"The commit has submodules ({listed}), which are not checked out along with it.",
            hint="Run the command in another clone, where the commit and its submodules are checked out.",
        )


def _borrow(history: History, repository: Path) -> None:
    """Make the objects of *history* available in *repository*, with the boundary of a shallow clone."""
    (repository / "objects" / "info").mkdir(parents=True, exist_ok=True)
    (repository / "objects" / "info" / "alternates").write_text(f"{history.objects}\n", encoding="utf-8")
    if history.shallow:
        (repository / "shallow").write_text("".join(f"{each}\n" for each in sorted(history.shallow)))


def _git(tree: Path | None, *arguments: str) -> None:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    command = ["git", *_QUIET, *arguments]
    try:
        subprocess.run(
            command,
            cwd=tree,
            env={**environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        said = lines[-1] if lines else "it did not say why"
        raise RevisionUnavailable(f"The commit cannot be checked out: {said}.") from error
