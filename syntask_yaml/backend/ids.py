"""Random ids, and readable names of runs."""

from __future__ import annotations

import os

from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.names import NAME_HINT, name_problem


def new_id() -> str:
    """Return a random UUID (version 4)."""
    digits = os.urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def run_name(id: str) -> str:
    """Return a name of two words for the run with this *id*, such as `brisk-otter`."""
    from syntask._runs.names import two_words  # loaded only to create runs

    return two_words(int(id.replace("-", "")[:8], 16))


def check_name(kind: str, name: str) -> None:
    """Raise BackendRefused if *name* is not valid for a *kind* of object, such as a work pool."""
    if problem := name_problem(kind, name):
        raise BackendRefused(problem, hint=NAME_HINT)
