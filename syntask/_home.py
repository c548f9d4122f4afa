"""Where the files of this product are: the one rule, for flow code and for the command alike."""

from __future__ import annotations

import os
from collections.abc import Mapping


def home_folder(environ: Mapping[str, str]) -> str:
    """`$SYNTASK_HOME`, or else `~/.syntask`. A `~` that means nobody's home stays, as in a shell."""
    home = environ.get("SYNTASK_HOME") or os.path.join(environ.get("HOME", "~"), ".syntask")  # noqa: PTH118
    return os.path.expanduser(home)  # noqa: PTH111  (pathlib is slow to import)
