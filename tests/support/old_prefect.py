"""Prefect 2.19.2 and 2.20.25, among the last with agents, each in an environment of its own.

`2.19-blocks`, `3-workers` and `3.9-workers` have the packages for clouds and clusters of their times as well.

An environment is made once, which takes about a minute, and needs the package index then.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


def old_python(version: str = "2.19") -> str:
    """The interpreter of the environment for *version*. Skips where it cannot be installed."""
    if reason := _missing(version):
        pytest.skip(reason)
    return str(_folder(version) / "bin" / "python")


def _folder(version: str) -> Path:
    return _ROOT / f".prefect-{version}"


@cache
def _missing(version: str) -> str:
    """Install it unless it is there; why that fails, empty if it does not."""
    if sys.version_info >= (3, 13):
        return f"not installed: Prefect {version}, which needs Python 3.12 or older"
    folder = _folder(version)
    requirements = _ROOT / "tests" / f"prefect-{version}.txt"
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several sessions, one installs
        if (folder / ".ready").exists():
            return ""
        return why_not_installed(f"Prefect {version}", sys.executable, folder, requirements)


def why_not_installed(what: str, python: str, folder: Path, requirements: Path) -> str:
    """Install *requirements* into a new environment in *folder*; why that fails, empty if it does not."""
    commands: tuple[list[str | Path], ...] = (
        [python, "-m", "venv", folder],
        [folder / "bin" / "python", "-m", "pip", "install", "-q", "--retries=1", "-r", requirements],
    )
    for argv in commands:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"not installed: {what}: {done.stderr.strip()[-300:]}"
    (folder / ".ready").touch()
    return ""
