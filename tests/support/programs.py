"""Which programs this machine has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable


def missing(programs: Iterable[str], *, root: str = "") -> str:
    """Why a test that needs *programs* cannot run here; empty if it can.

    *root* names what needs the rights of root, if anything does.
    """
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    absent = [program for program in programs if shutil.which(program, path=path) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    return f"{root} needs root" if root and os.geteuid() != 0 else ""
