"""Execution of flows with Prefect's own decorator, which need a server."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from syntask_yaml.errors import SyntaskError
from syntask_yaml.files import write_atomically
from syntask_yaml.worker.protocol import ANSWER, SERVERS, WANTED

# Seconds. The worker's own timeout, which reports the reason, is shorter.
_PATIENCE = 360.0
_LOOK_EVERY = 0.05
_REMEDY = (
    "Run `prefect server start` and set PREFECT_API_URL to its address, "
    "or write `from syntask import flow`, which needs no server."
)


class ServerFailed(SyntaskError):
    """The Prefect server that a flow of Prefect needs did not start."""


def take_logs(handler: logging.Handler) -> None:
    """Replace Prefect's terminal handler, whose lines have no level for a worker, by *handler*.

    Prefect adds its handler to the root logger when it is imported.
    """
    root = logging.getLogger()
    theirs = [each for each in root.handlers if type(each).__name__ == "PrefectConsoleHandler"]
    for each in theirs:
        root.removeHandler(each)
    if theirs:
        root.addHandler(handler)


def provide_server(function: Callable[..., Any]) -> None:
    """Let *function*, if it is a flow of Prefect without a server, use the worker's server.

    Otherwise Prefect would start one in each run. Raises ServerFailed.
    """
    folder = os.environ.get(SERVERS)
    flow = getattr(sys.modules.get("prefect.flows"), "Flow", None)
    if folder is None or flow is None or not isinstance(function, flow):
        return
    from prefect import __version__, context, settings

    refresh = getattr(context, "refresh_global_settings_context", None)
    if settings.PREFECT_API_URL.value() or refresh is None:  # older versions start their own server
        return
    found = _ask(Path(folder), re.sub(r"[^0-9A-Za-z.]", "-", __version__))
    if "url" not in found:
        raise ServerFailed(f"Prefect's server did not start. {found.get('error', '')} {_REMEDY}")
    os.environ["PREFECT_API_URL"] = found["url"]
    os.environ["PREFECT_API_AUTH_STRING"] = found["login"]
    # The worker stores the log; the server's copy would be unused.
    os.environ.setdefault("PREFECT_LOGGING_TO_API_ENABLED", "false")
    refresh()


def _ask(folder: Path, version: str) -> Mapping[str, str]:
    """Request a server of that *version* from the worker, and return its answer."""
    wanted, answer = folder / f"{version}{WANTED}", folder / f"{version}{ANSWER}"
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with suppress(FileNotFoundError):
            found: Mapping[str, str] = json.loads(answer.read_text(encoding="utf-8"))
            return found
        if not wanted.exists():
            write_atomically(wanted, sys.executable)
        time.sleep(_LOOK_EVERY)
    return {"error": f"The worker did not start it within {_PATIENCE:.0f} seconds."}
