"""`serve`: deploy flows and execute their runs until stopped."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from syntask._deployments.deployable import RunnerDeployment
from syntask_yaml import api
from syntask_yaml.backend.base import Backend, OwnBackend, is_own
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.stock_worker import StockWorker, stock_worker
from syntask_yaml.cli.views.output import say
from syntask_yaml.cli.worker_process import make_worker, stop_on_signals, worker_options
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import BackendConflict, UsageError
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.sdk.caller import refuse_while_loading
from syntask_yaml.sdk.deploying import check_given, groups_of, write
from syntask_yaml.sdk.sources import entrypoint_of
from syntask_yaml.worker.prefect_servers import PrefectServers

# The work pool of all that is served from Python; each deployment has a queue of its own there.
POOL = "serve"
_TYPE = "process"
# How many runs at a time, unless something else is said: Prefect's default.
_LIMIT = 5
_OPTIONS = frozenset({"pause_on_shutdown", "print_starting_message", "limit", "webserver"})
_NO_NAME = re.compile(r"[/%&<>\x00-\x1f\x7f]+")
# What is said of a pool that nobody serves yet.
_ABOUT_SERVING = frozenset({"idle-work-pool", "new-work-queue", "default-pull"})
# A program whose parent ends is terminated by the kernel (PR_SET_PDEATHSIG).
_BOUND = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
os.execv(sys.argv[1], sys.argv[1:])
"""


def serve_flow(flow: Any, options: Mapping[str, Any]) -> None:
    """Serve one flow with the *options* of its method `serve`."""
    name = options.get("name") or _flow_name(flow)
    is_file = isinstance(name, str) and "/" not in name and name.endswith(".py") and Path(name).is_file()
    named = {**options, "name": Path(name).stem if is_file else name}
    named["concurrency_limit"] = named.pop("global_limit", None)
    serve_all((RunnerDeployment(flow, named),), {key: options[key] for key in _OPTIONS & options.keys()})


def _flow_name(flow: Any) -> str:
    function = entrypoint_of(flow).replace(":", ".").rpartition(".")[2]
    return getattr(flow, "name", None) or function.replace("_", "-")


def serve_all(deployments: Sequence[RunnerDeployment], options: Mapping[str, Any]) -> None:
    """Serve *deployments* with the *options* of the function `serve`, until the process is stopped."""
    with _serving(deployments, options) as service:
        service.work()


async def aserve_all(deployments: Sequence[RunnerDeployment], options: Mapping[str, Any]) -> None:
    """Do what `serve_all` does, while other coroutines go on. Who cancels it stops the service."""
    import asyncio

    with _serving(deployments, options) as service:
        working = asyncio.ensure_future(asyncio.to_thread(service.work))
        cancelled: asyncio.CancelledError | None = None
        while not working.done():
            try:
                await asyncio.shield(working)
            except asyncio.CancelledError as error:
                cancelled = error
                service.stop()
        if cancelled is not None:
            raise cancelled


class RunService(NamedTuple):
    """What executes runs: *work* does, from any thread, until *stop* ends it, which the signals call too."""

    work: Callable[[], object]
    stop: Callable[[], None]


_IDLE = RunService(lambda: None, lambda: None)


@contextmanager
def _serving(deployments: Sequence[RunnerDeployment], options: Mapping[str, Any]) -> Iterator[RunService]:
    """Deploy, and yield what executes the runs; afterwards, pause the deployments."""
    refuse_while_loading("serve")
    check_given("serve", deployments)
    _check(options)
    with api.open_backend() as backend, _signals():
        queues = tuple(map(_queue, deployments))
        names: list[str] = []
        try:
            try:
                names = _deploy(deployments, queues, backend)
                if options.get("print_starting_message"):
                    say(f"Serving {_listed(names)}. Stop it with Ctrl-C.")
                    say(f"Run it with `syntask deployment run {shlex.quote(names[0])}`.")
                service = _service(backend, queues, options.get("limit") or _LIMIT)
            except KeyboardInterrupt:  # before a worker took the signals, perhaps after something was written
                names = names or _names_in(backend, queues)
                service = _IDLE
            yield service
        finally:
            if names and options.get("pause_on_shutdown"):
                api.pause(names, backend=backend)
                say(f"Paused {_listed(names)}.")


def _deploy(deployments: Sequence[RunnerDeployment], queues: Sequence[str], backend: Backend) -> list[str]:
    """Deploy each of *deployments* to its queue, and return their names."""
    _create_pool(backend)
    served = [_served(each, queue) for each, queue in zip(deployments, queues, strict=True)]
    groups = groups_of(served, {"work_pool_name": POOL}, backend)
    return [
        each.deployment
        for each in write(groups, backend, is_said=lambda problem: problem.code not in _ABOUT_SERVING)
    ]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _names_in(backend: Backend, queues: Sequence[str]) -> list[str]:
    """Return the names of the deployments in *queues* of the pool."""
    found = (each.deployment for each in backend.deployments())
    return [each.full_name for each in found if each.work_pool == POOL and each.work_queue in queues]


_TAKEN = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def _signals() -> Iterator[None]:
    """Let SIGTERM raise as Ctrl-C does, until a worker takes both; at last they are as they were."""
    before = {number: signal.getsignal(number) for number in _TAKEN}
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check(options: Mapping[str, Any]) -> None:
    if unknown := sorted(options.keys() - _OPTIONS):
        raise UsageError(f"`serve` has no argument `{unknown[0]}`.", hint=did_you_mean(unknown[0], _OPTIONS))
    if options.get("webserver"):
        hint = "Omit it. `syntask worker ls` lists the workers."
        raise UsageError("`serve` has no web server.", hint=hint)
    limit = options.get("limit")
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise UsageError(f"`limit` is {limit!r}.", hint="Pass a whole number from 1 on, or leave it out.")
    if threading.current_thread() is not threading.main_thread():
        detail = "`serve` is stopped by signals, which only the main thread gets."
        raise UsageError(detail, hint="Call it in the main thread.")


def _queue(deployment: RunnerDeployment) -> str:
    """Return the queue of a deployment, which this process alone serves."""
    function = entrypoint_of(deployment.flow, deployment.options.get("entrypoint_type")).rpartition(":")[2]
    return _NO_NAME.sub("-", f"{function}.{deployment.name}")


def _served(deployment: RunnerDeployment, queue: str) -> RunnerDeployment:
    """Return *deployment* in its queue; it goes on if the last `serve` paused it."""
    here = {
        "work_pool_name": POOL,
        "work_queue_name": queue,
        "paused": bool(deployment.options.get("paused")),
    }
    return RunnerDeployment(deployment.flow, {**deployment.options, **here})


def _create_pool(backend: Backend) -> None:
    """Have the pool on the backend. Raises BackendConflict if there is one of another type."""
    found = next((pool for pool in backend.pools() if pool.name == POOL), None)
    if found is None:
        with suppress(BackendConflict):  # another `serve` was first
            backend.create_pool(WorkPool(name=POOL, type=_TYPE, description="Flows that Python code serves"))
    elif found.type != _TYPE:
        detail = f"`serve` uses a work pool `{POOL}` of type `{_TYPE}`, and there is one of `{found.type}`."
        raise BackendConflict(detail, hint="Deploy to that work pool with `flow.deploy`, and start a worker.")


def _service(backend: Backend, queues: tuple[str, ...], limit: int) -> RunService:
    """Return what executes the runs in *queues*, and gets the signals of this process from now on."""
    if is_own(backend):
        return _own_service(backend, queues, limit)
    given = [part for queue in queues for part in ("--work-queue", queue)]
    options = ["--pool", POOL, "--limit", str(limit), *given]
    return stock_service(stock_worker(backend.url, os.environ, options))


def _own_service(backend: OwnBackend, queues: tuple[str, ...], limit: int) -> RunService:
    context = Context.of_options(os.environ)
    servers = PrefectServers(context.settings.home, os.environ)
    options = worker_options(os.environ, name=None, queues=queues, limit=limit)
    worker = make_worker(context, backend, options, {POOL: _TYPE}, servers.environ)

    def work() -> None:
        with servers:
            worker.run(utc_now, before_tick=servers.tick)

    stop_on_signals(worker.stop)
    return RunService(work, worker.stop)


def stock_service(worker: StockWorker) -> RunService:
    """Start the stock worker, which gets the signals of this process, and does not outlive it on Linux."""
    bound = [sys.executable, "-c", _BOUND] if sys.platform == "linux" else []
    child = subprocess.Popen([*bound, *worker.argv], env=worker.environ, start_new_session=True)
    stop_on_signals(child.terminate)
    return RunService(child.wait, child.terminate)
