"""The root run of this process, and its tracker.

A process of a worker enters its run before it calls the flow. A flow called outside of a run is otherwise a
script, tracked by the store if that is installed.
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
    """Set the tracker of the next flow that is called outside of a run."""
    global _entered  # noqa: PLW0603  (a process executes one run)
    _entered = tracker


def entered() -> Tracker | None:
    """Return the tracker of the run for which this process was started; None in a script."""
    return _entered


def open_script_run(flow: str, parameters: Mapping[str, Any]) -> Tracker | None:
    """Return a tracker for a *flow* called by a script; None if it is not tracked."""
    if os.environ.get("SYNTASK_TRACK") == "0":
        return None
    try:
        store = import_module("syntask_yaml.script")
    except ModuleNotFoundError:  # only this package is installed
        return None
    tracker: Tracker | None = store.open_run(flow, parameters)
    return tracker
