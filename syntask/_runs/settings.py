"""Defaults of options of runs: from the parent run, or else the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syntask._runs.context import RunContext

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_PREFIXES = ("SYNTASK_", "PREFECT_")


def setting(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the variable *name* with our prefix, or else with Prefect's; None if neither is set."""
    return next((environ[prefix + name] for prefix in _PREFIXES if environ.get(prefix + name)), None)


def is_set(name: str) -> bool:
    return (setting(name) or "").lower() in _TRUE


def logs_prints(given: bool | None, around: RunContext | None) -> bool:
    """Return whether a run logs prints."""
    if given is not None:
        return given
    return around.log_prints if around is not None else is_set("LOGGING_LOG_PRINTS")


def persists_results(given: bool | None, around: RunContext | None) -> bool:
    """Return whether a run stores results."""
    if given is not None:
        return given
    return around.persist_result if around is not None else is_set("RESULTS_PERSIST_BY_DEFAULT")
