"""Import GitPython, even if the program git is not installed."""

from __future__ import annotations

import os

_REFRESH = "GIT_PYTHON_REFRESH"

before = os.environ.get(_REFRESH)
os.environ[_REFRESH] = before or "quiet"
try:
    import git
finally:
    if before is None:
        del os.environ[_REFRESH]

__all__ = ["git"]
