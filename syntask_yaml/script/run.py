"""Record the run of a flow that a script calls, as in `python flows.py`.

A thread writes the changes a few times a second, and holds the run by a lease: the flow waits for the store
only at its start and its end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.connect import store_path
from syntask_yaml.backend.run_states import script_run
from syntask_yaml.errors import SyntaskError
from syntask_yaml.files import home_path
from syntask_yaml.script.lost import process_name
from syntask_yaml.script.tracker import LEASE, ScriptTracker, warn
from syntask_yaml.settings import Settings, kept_runs, log_limit, read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from syntask._runs.tracking import Tracker

# Seconds that the start of a script waits for other writers.
_PATIENCE = 1.0
# The maximum number of characters kept of a parameter.
_LONGEST = 10_000


def open_run(flow: str, parameters: Mapping[str, Any]) -> Tracker | None:
    """Return the tracker for the run of a *flow* that a script calls, in the store of this environment.

    Return None if the environment names a server, and, after a warning, if the store cannot be written.
    """
    try:
        settings = read_settings(os.environ)
        path = store_path(settings.backend or "embedded", settings.store)
        return None if path is None else _opened(flow, parameters, settings, path)
    except Exception as error:  # noqa: BLE001  (what keeps a flow must not end it)
        hint = error.hint if isinstance(error, SyntaskError) else ""
        warn(f"The run of the flow `{flow}` is not kept. {error} {hint}".rstrip())
        return None


def _opened(flow: str, parameters: Mapping[str, Any], settings: Settings, path: Path) -> Tracker:
    from syntask_yaml.backend.embedded.script_runs import ScriptStore

    keep, limit = kept_runs(os.environ), log_limit(os.environ)
    backend = ScriptStore.open(home_path(path).absolute(), patience=_PATIENCE)
    try:
        run = script_run(flow, _plain(parameters), process_name())
        claim = backend.begin(run, now=utc_now(), lease=LEASE)
    except BaseException:
        backend.close()
        raise
    return ScriptTracker(backend, claim, home=settings.home, keep=keep, limit=limit)


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return *parameters* as JSON: values that are not JSON, or are long, become truncated texts."""
    return {name: _plain_value(value) for name, value in parameters.items()}


def _plain_value(value: Any) -> Any:
    text = ""
    with suppress(TypeError, ValueError, RecursionError):
        text = json.dumps(value, allow_nan=False)
        if len(text) <= _LONGEST:
            return json.loads(text)
    try:
        text = text or repr(value)
    except Exception:  # noqa: BLE001  (it is the user's)
        text = type(value).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
