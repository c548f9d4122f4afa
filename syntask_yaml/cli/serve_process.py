"""Run `serve` and `dev`: redeploy the project on changes, execute runs, and serve the web UI."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from threading import Event

import click

from syntask_yaml.backend.base import Backend, OwnBackend, is_own
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.pages import pages_beside
from syntask_yaml.cli.serve_options import ServeArguments
from syntask_yaml.cli.views.output import say
from syntask_yaml.cli.worker_process import make_worker, stop_on_signals
from syntask_yaml.errors import BackendRefused
from syntask_yaml.operations.project_files import project_files
from syntask_yaml.processes import run
from syntask_yaml.worker.events import DeployFailed
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.prefect_servers import PrefectServers
from syntask_yaml.worker.redeploy import RETRY_AFTER, Redeployer
from syntask_yaml.worker.runner import RUNNERS
from syntask_yaml.worker.service import Service

# The time to wait for another deploy of the project.
_WAIT = "2m"


def own_backend(backend: Backend, command: str) -> OwnBackend:
    """Return *backend* if our own worker can serve it. Raises BackendRefused, which names the *command*."""
    if is_own(backend):
        return backend
    raise BackendRefused(
        f"`{command}` keeps deployments on the embedded backend; {backend.url} is a server.",
        hint="Run `syntask deploy --all`, and `syntask worker start --pool NAME` for each work pool.",
    )


def serve_project(
    context: Context, backend: OwnBackend, arguments: ServeArguments, options: WorkerOptions
) -> int:
    """Keep the project deployed and execute its runs until this process is stopped. Return the exit code."""
    with ExitStack() as stack:
        if arguments.shows_pages:
            stack.enter_context(pages_beside(context, arguments.port, opens=arguments.opens_pages))
        return _serve(context, backend, arguments, options)


def _serve(context: Context, backend: OwnBackend, arguments: ServeArguments, options: WorkerOptions) -> int:
    servers = PrefectServers(context.settings.home, context.environ)
    pools = {pool.name: pool.type for pool in backend.pools() if pool.type in RUNNERS}
    worker = make_worker(context, backend, options, pools, servers.environ)
    worker.announce(utc_now())
    redeployer = Redeployer(
        partial(_deploy, context, backend, arguments),
        partial(project_files, context.location(strict=arguments.strict)),
        worker.notify,
    )
    code = redeployer.begin(utc_now())
    if code and not arguments.start_anyway:
        return code
    if code:
        worker.notify(DeployFailed(RETRY_AFTER))
    if context.verbosity >= 0:
        say(f"Worker `{options.name}` executes the runs of {backend.url}.")
    stop_on_signals(worker.stop)
    with servers:
        Service(worker, redeployer, servers, arguments.wait_for_runs).run(utc_now)
    return 0


def _deploy(context: Context, backend: OwnBackend, arguments: ServeArguments, stop: Event) -> int:
    """Deploy in a separate process, which does not slow down the worker. Return the exit code.

    The process prints its plan and its problems, and ends with this process.
    """
    program = [sys.executable, "-P", "-m", "syntask_yaml.cli.bound_command"]
    argv = [*program, *global_options(context, backend), "deploy"]
    environ = {key: value for key, value in context.environ.items() if not key.startswith("SYNTASK_DEPLOY_")}
    shown = ["--show-plan"] if context.verbosity >= 0 else []
    done = run(
        [*argv, *arguments.as_deploy, *shown, "--wait", _WAIT],
        cwd=context.directory,
        env=environ,
        on_line=lambda line, is_error: click.echo(line, err=is_error),
        stop=stop,
        is_bound=True,
    )
    return done.code if done.code >= 0 else 1


def global_options(context: Context, backend: OwnBackend) -> list[str]:
    """Return the global options for a process in the same directory."""
    file = [] if context.file is None else ["--file", str(context.file)]
    target = [] if context.target is None else ["--target", context.target]
    loudness = ["--quiet"] if context.verbosity < 0 else ["--verbose"] * context.verbosity
    return [*file, *target, "--backend", backend.url, "--no-prompt", *loudness]
