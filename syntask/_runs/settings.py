"""What runs do where nothing is said: as the run around them, or else as the environment says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syntask._runs.context import RunContext

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_PREFIXES = ("SYNTASK_", "PREFECT_")


def setting(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the variable *name*, under our prefix or else Prefect's; None if neither is set."""
    return next((environ[prefix + name] for prefix in _PREFIXES if environ.get(prefix + name)), None)


def is_set(name: str) -> bool:
    return (setting(name) or "").lower() in _TRUE


def logs_prints(given: bool | None, around: RunContext | None) -> bool:
    """Return whether prints of a run go to its logger."""
    if given is not None:
        return given
    return around.log_prints if around is not None else is_set("LOGGING_LOG_PRINTS")


def persists_results(given: bool | None, around: RunContext | None) -> bool:
    """Return whether results of a run are kept."""
    if given is not None:
        return given
    return around.persist_result if around is not None else is_set("RESULTS_PERSIST_BY_DEFAULT")
