"""`syntask worker`: execute due runs."""

from __future__ import annotations

from contextlib import suppress

import click

from syntask_yaml.backend.base import Backend, Features, OwnBackend, is_own
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.pools import ELSEWHERE
from syntask_yaml.cli.completion import complete_pool, complete_queue
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say, when
from syntask_yaml.cli.worker_process import limit_option, make_worker, stop_on_signals, worker_options
from syntask_yaml.diagnostics import nearest
from syntask_yaml.errors import BackendConflict, BackendRefused, UsageError
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.pool_type import SERVED_LIST
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.operations.documents import document, worker_document
from syntask_yaml.operations.pools import find_pool, is_served, waiting_hint, why_waiting
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.prefect_servers import PrefectServers
from syntask_yaml.worker.runner import NEEDS


@click.group("worker")
def command() -> None:
    """Start and list workers."""


@command.command("ls")
@click.option("-p", "--pool", shell_complete=complete_pool, help="Only the workers of this work pool.")
@as_json
@pass_context
def ls(context: Context, /, *, pool: str | None, output: str) -> None:
    """List the workers, including those that were seen in the last few days."""
    with context.backend(creates=False) as backend:
        if pool is not None:
            find_pool(backend, pool)
        workers = backend.workers(pool=pool)
    if output == "json":
        print_json(document("worker-ls", {"workers": [worker_document(worker) for worker in workers]}))
        return
    print_table(
        ("Name", "Pool", "Type", "Status", "Last seen", "Running", "Version"),
        [(*_texts(worker),) for worker in workers],
        empty="There are no workers. Start one with `syntask worker start`.",
    )


def _texts(worker: ServingWorker) -> tuple[str, ...]:
    running = "" if worker.running is None else str(worker.running)
    seen = when(worker.seen)
    return worker.name, worker.pool, worker.type, _status(worker), seen, running, worker.version


def _status(worker: ServingWorker) -> str:
    return "ONLINE" if worker.is_online else "OFFLINE"


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
    "-q",
    "--work-queue",
    "queues",
    multiple=True,
    shell_complete=complete_queue,
    help="Take only runs of this work queue. Repeatable.",
)
@click.option("-t", "--type", "type_", help=f"Worker type. The embedded backend supports only {SERVED_LIST}.")
@limit_option
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

    A work pool that does not exist is created, of type `process` unless another one is given.

    On Ctrl-C or SIGTERM, the worker waits for current runs and exits; a second signal cancels them.

    For pools of a server, Prefect's own worker is started with these options.
    """
    with context.backend() as backend:
        if not is_own(backend):
            from syntask_yaml.cli.stock_worker import hand_over

            stock = _for_stock_worker(pool, name, queues, type_, limit, run_once=run_once)
            hand_over(context.settings.backend or backend.url, context.environ, stock)
        served = _served(_pool(pool, type_, backend), type_, backend.features)
        options = worker_options(context.environ, name=name, queues=queues, limit=limit, run_once=run_once)
        _serve(served, backend, options, context)


def _pool(name: str, type: str | None, backend: Backend) -> WorkPool:
    """Return the work pool *name*, created if it does not exist, as by Prefect's worker.

    Raises NotFound if the name looks like a misspelling, BackendRefused for a type that is not served here.
    """
    known = [pool.name for pool in backend.pools()]
    if name not in known and nearest(name, known) is None:
        with suppress(BackendConflict):  # another worker created it first
            made = backend.create_pool(WorkPool(name=name, type=type or "process"))
            say(f"Created work pool `{name}` of type `{made.type}`.")
    return find_pool(backend, name)


def _serve(pool: WorkPool, backend: OwnBackend, options: WorkerOptions, context: Context) -> None:
    if pool.type in NEEDS:
        NEEDS[pool.type](context.environ)
    servers = PrefectServers(context.settings.home, context.environ)
    worker = make_worker(context, backend, options, {pool.name: pool.type}, servers.environ)
    if context.verbosity >= 0:
        say(f"Worker `{options.name}` serves the work pool `{pool.name}` on {backend.url}.")
    if reason := why_waiting(pool):
        say(f"warning: {reason} {waiting_hint(pool)}")
    stop_on_signals(worker.stop)
    with servers:
        worker.run(utc_now, before_tick=servers.tick)


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
