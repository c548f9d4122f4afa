"""Calls in a file that is only loaded, for its flows: they would go round in circles."""

from __future__ import annotations

import os

from syntask_yaml.errors import UsageError
from syntask_yaml.pysource.load import LOADING


def refuse_while_loading(call: str) -> None:
    """Raise UsageError where the file that calls is loaded by `syntask`, to read or to run a flow of it."""
    if os.environ.get(LOADING):
        detail = f"`{call}` is called while the file is loaded for a flow of it."
        raise UsageError(detail, hint='Put the call under `if __name__ == "__main__":`.')
