"""Run the program git to query a repository on this machine.

Queries are read-only: no locks, no hooks, no monitors, no prompts. They take a fraction of the time of
importing GitPython.
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
# Variables that redirect git to another repository; hooks set them.
_OTHER_REPOSITORY = frozenset({"GIT_DIR", "GIT_WORK_TREE"})
_OTHER_OWNER = "detected dubious ownership"


class GitRefused(Exception):
    """Git exited with an error; the message is the last line that it printed, or a sentence instead."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(lines[-1] if lines else "it did not say why")
        self.is_of_other_owner = any(_OTHER_OWNER in line for line in lines)


def git(directory: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Return the output of git in *directory*, with *given* on its standard input.

    Raises GitRefused, and FileNotFoundError if git is not installed.
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
    """Return the working tree that contains *directory*, without running git; None if there is none."""
    return next((each for each in (directory, *directory.parents) if (each / ".git").exists()), None)


def why_unread(directory: Path) -> tuple[str, str]:
    """Return why git cannot read a working tree around *directory*, and a hint."""
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
