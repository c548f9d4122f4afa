"""Characters that names of flows, deployments, pools, queues and limits must not contain."""

from __future__ import annotations

import re

# Lone surrogates, too, which UTF-8 cannot encode.
_FORBIDDEN = re.compile(r"[/%&<>\x00-\x1f\x7f\ud800-\udfff]")
NAME_HINT = "Use at least one character, and no `/ % & < >` or invisible characters."


def name_problem(kind: str, name: str) -> str:
    """Return why *name* is invalid for a *kind* of object, such as a work pool; empty if it is valid."""
    if name and not _FORBIDDEN.search(name):
        return ""
    return f"`{ascii(name)[1:-1]}` is not a valid {kind} name."
