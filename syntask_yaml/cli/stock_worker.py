"""Start Prefect's own worker instead of ours."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from syntask_yaml.backend.prefect.settings import read_connection, stock_environ
from syntask_yaml.errors import NotFound

_INSTALL = "Run `pip install prefect` on the machine where the worker should run."


@dataclass(frozen=True, slots=True)
class StockWorker:
    """The command of the stock worker of a server."""

    argv: list[str]
    environ: Mapping[str, str]


def stock_worker(url: str, environ: Mapping[str, str], options: Sequence[str]) -> StockWorker:
    """Return the stock worker of the server at *url*. Raises NotFound if it is not installed."""
    worker = read_connection(url, environ).dialect.worker
    if not worker:
        detail = "The work pools of this server are served by its own worker."
        raise NotFound(detail, hint="Start that worker with the program that came with the server.")
    program = _find(worker[0], environ)
    if program is None:
        raise NotFound(
            f"The work pools of {url} are served by Prefect's worker, which is not installed here.",
            hint=_INSTALL,
        )
    return StockWorker([program, *worker[1:], *options], {**environ, **stock_environ(url, environ)})


def hand_over(url: str, environ: Mapping[str, str], options: Sequence[str]) -> NoReturn:
    """Replace this process by the stock worker of the server at *url*. Raises NotFound without one."""
    worker = stock_worker(url, environ, options)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(worker.argv[0], worker.argv, worker.environ)


def _find(program: str, environ: Mapping[str, str]) -> str | None:
    beside = Path(sys.executable).with_name(program)
    return str(beside) if beside.exists() else shutil.which(program, path=environ.get("PATH"))
