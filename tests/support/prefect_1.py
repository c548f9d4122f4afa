"""Prefect 1.4.1 on Python 3.9, in an environment of its own, as the judge of graphs.

It is made once, which takes about a minute, and needs the package index then.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.old_prefect import why_not_installed

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / ".prefect-1.4"
_REQUIREMENTS = _ROOT / "tests" / "prefect-1.4.txt"


def python_with_prefect_1() -> str:
    """The interpreter that has Prefect 1. Skips where it cannot be installed."""
    if reason := _missing():
        pytest.skip(reason)
    return str(_FOLDER / "bin" / "python")


@cache
def _missing() -> str:
    """Install it unless it is there; why that fails, empty if it does not."""
    with _FOLDER.with_name(f"{_FOLDER.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several sessions, one installs
        if (_FOLDER / ".ready").exists():
            return ""
        python = next(_old_pythons(), None)
        if python is None:
            return "not installed: Python 3.9, which Prefect 1 needs"
        return why_not_installed("Prefect 1", python, _FOLDER, _REQUIREMENTS)


def _old_pythons() -> Iterator[str]:
    """Interpreters of Python 3.9: on the path, of pyenv, and of uv."""
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    found = [Path(shutil.which("python3.9") or "python3.9")]
    found += sorted(home.glob(".pyenv/versions/3.9.*/bin/python"))
    found += sorted(home.glob(".local/share/uv/python/cpython-3.9*/bin/python3"))
    for each in found:
        if each.exists():
            done = subprocess.run([each, "--version"], capture_output=True, text=True, check=False)
            if done.stdout.startswith("Python 3.9."):
                yield str(each)
