"""The run that this process executes, and who follows it.

A worker's process enters its run before the flow is called. Where nothing was entered, a flow that is
called outside of a run is a script: it is followed by the store, if that is there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syntask._runs.tracking import Tracker

_entered: Tracker | None = None


def enter(tracker: Tracker | None) -> None:
    """Have *tracker* follow the next flow that is called outside of a run: it is the run that was entered."""
    global _entered  # noqa: PLW0603  (a process executes one run)
    _entered = tracker


def entered() -> Tracker | None:
    """Who follows the run that this process was started for; None in a script."""
    return _entered


def open_script_run(flow: str, parameters: Mapping[str, Any]) -> Tracker | None:
    """Return who follows a *flow* that a script calls; None where nobody does."""
    if os.environ.get("SYNTASK_TRACK") == "0":
        return None
    try:
        store = import_module("syntask_yaml.script")
    except ModuleNotFoundError:  # this package alone is there
        return None
    tracker: Tracker | None = store.open_run(flow, parameters)
    return tracker
