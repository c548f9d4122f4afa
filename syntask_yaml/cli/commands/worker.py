"""`syntask worker`: execute due runs."""

from __future__ import annotations

import os
import signal
import socket
from datetime import UTC, datetime
from types import FrameType

import click

from syntask_yaml.backend.base import Features, OwnBackend, is_own
from syntask_yaml.backend.pools import ELSEWHERE
from syntask_yaml.cli.completion import complete_pool
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import say
from syntask_yaml.cli.views.runs import state_text
from syntask_yaml.errors import BackendRefused, UsageError
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.pool_type import SERVED_LIST
from syntask_yaml.model.run import StateType
from syntask_yaml.operations.pools import find_pool, is_served, waiting_hint, why_waiting
from syntask_yaml.settings import days, seconds, size
from syntask_yaml.worker.events import RunChanged, Stopping, StoreLost, StoreRegained, WorkerEvent
from syntask_yaml.worker.loop import Worker
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.runner import RUNNERS


@click.group("worker")
def command() -> None:
    """Execute due runs."""


@command.command("start")
@click.option(
    "-p",
    "--pool",
    default="default",
    show_default=True,
    shell_complete=complete_pool,
    help="Work pool to take runs from.",
)
@click.option("-n", "--name", help="Name of this worker. Default: host name and process id.")
@click.option(
    "-q", "--work-queue", "queues", multiple=True, help="Take only runs of this work queue. Repeatable."
)
@click.option("-t", "--type", "type_", help=f"Worker type. The embedded backend supports only {SERVED_LIST}.")
@click.option(
    "-l",
    "--limit",
    type=click.IntRange(min=1),
    show_default="10 on the embedded backend",
    help="Maximum number of concurrent runs.",
)
@click.option("--run-once", is_flag=True, help="Execute the runs that are due now, then exit.")
@pass_context
def start(
    context: Context,
    /,
    *,
    pool: str,
    name: str | None,
    queues: tuple[str, ...],
    type_: str | None,
    limit: int | None,
    run_once: bool,
) -> None:
    """Execute the runs of a work pool as they become due.

    On Ctrl-C or SIGTERM, the worker waits for current runs and exits; a second signal cancels them.

    For pools of a server, Prefect's own worker is started with these options.
    """
    with context.backend() as backend:
        if not is_own(backend):
            from syntask_yaml.cli.stock_worker import hand_over

            stock = _for_stock_worker(pool, name, queues, type_, limit, run_once=run_once)
            hand_over(context.settings.backend or backend.url, context.environ, stock)
        served = _served(find_pool(backend, pool), type_, backend.features)
        options = WorkerOptions(
            pool=pool,
            name=name or f"{socket.gethostname()}-{os.getpid()}",
            queues=queues,
            limit=limit or _LIMIT,
            lease=seconds(context.environ, "SYNTASK_WORKER_LEASE_SECONDS", 30.0),
            grace=seconds(context.environ, "SYNTASK_WORKER_GRACE_SECONDS", 30.0),
            keep=days(context.environ, "SYNTASK_KEEP_RUNS", _KEEP_DAYS),
            log_limit=size(context.environ, "SYNTASK_LOG_LIMIT", _LOG_LIMIT),
            run_once=run_once,
        )
        _serve(served, backend, options, context)


def _serve(pool: WorkPool, backend: OwnBackend, options: WorkerOptions, context: Context) -> None:
    worker = Worker(
        backend,
        options,
        RUNNERS[pool.type],
        home=context.settings.home,
        environ=context.environ,
        notify=_show if context.verbosity >= 0 else _ignore,
    )
    if context.verbosity >= 0:
        say(f"Worker `{options.name}` serves the work pool `{pool.name}` on {backend.url}.")
    if reason := why_waiting(pool):
        say(f"warning: {reason} {waiting_hint(pool)}")
    backend.hurry(_PATIENCE)
    _stop_on_signals(worker)
    worker.run(lambda: datetime.now(UTC))


_LIMIT = 10
_KEEP_DAYS = 90
# Seconds for which a worker that waits for the store does not poll its runs.
_PATIENCE = 2.0
_LOG_LIMIT = 100_000_000


def _for_stock_worker(
    pool: str,
    name: str | None,
    queues: tuple[str, ...],
    type_: str | None,
    limit: int | None,
    *,
    run_once: bool,
) -> list[str]:
    given = {"--pool": pool, "--name": name, "--type": type_, "--limit": limit}
    options = [part for key, value in given.items() if value is not None for part in (key, str(value))]
    options += [part for queue in queues for part in ("--work-queue", queue)]
    return [*options, "--run-once"] if run_once else options


def _served(pool: WorkPool, type: str | None, features: Features) -> WorkPool:
    """Return *pool*. Raises UsageError if it is not of the *type* given, BackendRefused if not served."""
    if type not in (None, pool.type):
        raise UsageError(f"The work pool `{pool.name}` is of type `{pool.type}`, not `{type}`.")
    if not is_served(pool, features):
        detail = f"The work pool `{pool.name}` is of type `{pool.type}`, which this worker does not serve."
        raise BackendRefused(detail, hint=ELSEWHERE)
    return pool


def _stop_on_signals(worker: Worker) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _show(event: WorkerEvent) -> None:
    match event:
        case Stopping(runs=0):
            say("Stopping.")
        case Stopping(runs=runs):
            say(f"Stopping after the current runs ({runs}). Stop again to cancel them.")
        case StoreLost(reason):
            say(f"{reason} Current runs continue, their reports are kept, and the worker retries.")
        case StoreRegained():
            say("The store can be written again, and has the reports that waited for it.")
        case RunChanged(run, state) if state.type is not StateType.PENDING:
            time = datetime.now().astimezone().strftime("%H:%M:%S")
            who = escaped(f"{run.deployment or run.flow}  {run.name} ({run.id[:8]})")
            click.echo(f"{time}  {who}  {state_text(state)}", err=True)


def _ignore(_event: WorkerEvent) -> None:
    pass
