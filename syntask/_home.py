"""The location of the product's files, for both flow code and the command."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping


def home_folder(environ: Mapping[str, str]) -> str:
    """Return `$SYNTASK_HOME`, or `~/.syntask`; empty if neither is known.

    Without `$HOME`, or if it is empty, the home directory is that of the user database. As in a shell,
    `~name` of an unknown user is not expanded.
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
