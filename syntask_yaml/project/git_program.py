"""Ask the program git about a repository on this machine.

It only reads: it takes no lock, runs no hook and no monitor, and asks nobody. It answers in a small part of
the time that importing GitPython takes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

_SETTINGS = (
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.quotePath=false"),
)
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
# With them, git would look elsewhere than where it is asked: a hook of another repository sets them.
_OTHER_REPOSITORY = frozenset({"GIT_DIR", "GIT_WORK_TREE"})
_OTHER_OWNER = "detected dubious ownership"


class GitRefused(Exception):
    """Git exited with an error; the message is the last line that it printed, or a sentence in its place."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(lines[-1] if lines else "it did not say why")
        self.is_of_other_owner = any(_OTHER_OWNER in line for line in lines)


def git(directory: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Return what git prints when it is run in *directory*, with *given* on its standard input.

    Raises GitRefused, and FileNotFoundError where git is not installed.
    """
    import subprocess

    environ = {name: value for name, value in os.environ.items() if name not in _OTHER_REPOSITORY}
    done = subprocess.run(
        ("git", *_SETTINGS, *arguments),
        cwd=directory,
        env={**environ, **_ENVIRONMENT},
        input=given,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise GitRefused(done.stderr.decode(errors="replace").strip().splitlines())
    return done.stdout


def find_tree(directory: Path) -> Path | None:
    """Return the working tree of git that *directory* is in, without asking git; None where it is in none."""
    return next((each for each in (directory, *directory.parents) if (each / ".git").exists()), None)


def why_unread(directory: Path) -> tuple[str, str]:
    """Return why git reads no working tree around *directory*, and what to do about it."""
    try:
        git(directory, "rev-parse", "--show-toplevel")
    except FileNotFoundError:
        return "the program `git` is not installed", "Install git."
    except GitRefused as error:
        if error.is_of_other_owner:
            here = directory.resolve()
            trust = (
                f"Run `git config --global --add safe.directory {find_tree(here) or here}` if you trust it."
            )
            return "git does not read this repository, because it belongs to another user", trust
    return "this directory is not in a git repository", "Run the command in a clone of the repository."
