"""The worker and its signal handlers, for `worker start` and `serve`."""

from __future__ import annotations

import gc
import os
import signal
import socket
from collections.abc import Callable, Mapping
from types import FrameType

import click

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.hangup import on_hangup
from syntask_yaml.cli.views.worker import show
from syntask_yaml.settings import kept_runs, log_limit, seconds
from syntask_yaml.worker.events import WorkerEvent
from syntask_yaml.worker.loop import Worker
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.runner import runners_of_worker

limit_option = click.option(
    "-l",
    "--limit",
    type=click.IntRange(min=1),
    show_default="10 on the embedded backend",
    help="Maximum number of concurrent runs.",
)

_LIMIT = 10
# A worker runs for months: it collects garbage as Python does, but less often.
_COLLECT = (200_000, 20, 20)
# Seconds that a worker waits for the store, during which it does not poll its runs.
_PATIENCE = 2.0


def worker_options(
    environ: Mapping[str, str],
    *,
    name: str | None,
    queues: tuple[str, ...] = (),
    limit: int | None,
    run_once: bool = False,
) -> WorkerOptions:
    """Return the options of a worker, with defaults from *environ*. Raises UsageError."""
    return WorkerOptions(
        name=name or f"{socket.gethostname()}-{os.getpid()}",
        queues=queues,
        limit=limit or _LIMIT,
        lease=seconds(environ, "SYNTASK_WORKER_LEASE_SECONDS", 30.0),
        grace=seconds(environ, "SYNTASK_WORKER_GRACE_SECONDS", 30.0),
        keep=kept_runs(environ),
        log_limit=log_limit(environ),
        delivery_pause=seconds(environ, "SYNTASK_DELIVERY_PAUSE_SECONDS", 10.0),
        run_once=run_once,
    )


def make_worker(
    context: Context,
    backend: OwnBackend,
    options: WorkerOptions,
    pools: Mapping[str, str],
    environ: Mapping[str, str],
) -> Worker:
    """Return the worker of this process on *backend*, which does not wait long for locks from now on.

    *pools* are the served pools, each with its type; *environ* is passed to runs.
    """
    backend.hurry(_PATIENCE)
    gc.set_threshold(*_COLLECT)
    return Worker(
        backend,
        options,
        pools,
        home=context.settings.home,
        environ=environ,
        notify=show if context.verbosity >= 0 else _ignore,
        runners=runners_of_worker(environ),
        directory=context.directory,
    )


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call *stop* on each Ctrl-C and SIGTERM from now on, and twice if the terminal is closed."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    def hang_up() -> None:
        stop()
        stop()  # there is no user to stop it a second time

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
    on_hangup(hang_up)


def _ignore(_event: WorkerEvent) -> None:
    pass
