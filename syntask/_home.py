"""Where the files of this product are: the one rule, for flow code and for the command alike."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping


def home_folder(environ: Mapping[str, str]) -> str:
    """`$SYNTASK_HOME`, or else `~/.syntask`; empty where neither is known.

    Without `$HOME`, which counts as missing if it is empty, the home is the one that the system knows for the
    user. A `~name` that means nobody's home stays, as in a shell.
    """
    if named := environ.get("SYNTASK_HOME"):
        return os.path.expanduser(named)  # noqa: PTH111  (pathlib is slow to import)
    home = environ.get("HOME") or _home_of_user()
    return os.path.join(home, ".syntask") if home else ""  # noqa: PTH118


def _home_of_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""
