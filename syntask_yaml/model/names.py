"""Characters that names of flows, deployments, pools, queues and limits must not contain."""

from __future__ import annotations

import re

# Half a character, too: no text in UTF-8 has one.
_FORBIDDEN = re.compile(r"[/%&<>\x00-\x1f\x7f\ud800-\udfff]")
NAME_HINT = "Use at least one character, and no `/ % & < >` or invisible characters."


def name_problem(kind: str, name: str) -> str:
    """Return why *name* cannot be the name of a *kind*, such as a work pool; empty if it can."""
    if name and not _FORBIDDEN.search(name):
        return ""
    return f"`{ascii(name)[1:-1]}` is not a valid {kind} name."
