"""`syntask serve`: deploy the project, keep it deployed, and execute the runs of every work pool."""

from __future__ import annotations

import sys
from functools import partial
from hashlib import sha256
from threading import Event

import click

from syntask_yaml.backend.base import OwnBackend, is_own
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.cli.arguments import collected
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.serve_options import SERVE_OPTIONS, ServeArguments
from syntask_yaml.cli.service_install import install
from syntask_yaml.cli.views.output import say
from syntask_yaml.cli.worker_process import make_worker, stop_on_signals, worker_options
from syntask_yaml.errors import BackendRefused, UsageError
from syntask_yaml.files import lock_for_life
from syntask_yaml.operations.project import open_project
from syntask_yaml.operations.project_files import project_files
from syntask_yaml.processes import run
from syntask_yaml.worker.events import DeployFailed
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.prefect_servers import PrefectServers
from syntask_yaml.worker.redeploy import RETRY_AFTER, Redeployer
from syntask_yaml.worker.runner import RUNNERS
from syntask_yaml.worker.service import Service

# A deploy of the project that somebody else has begun is waited for.
_WAIT = "2m"
# Seconds for which runs are waited for where nobody is there to stop a second time. With the grace of a
# cancelled run, it stays below the 120 s after which systemd kills all that a user has.
_UNATTENDED_WAIT = 60.0


@click.command("serve")
@collected("arguments", ServeArguments.of, SERVE_OPTIONS)
@pass_context
def command(context: Context, /, *, arguments: ServeArguments) -> int:
    """Deploy the project, keep it deployed, and execute the runs of every work pool as they become due.

    All deployments of the project are deployed, or those selected with -n. When the project file changes, or
    a file that the flows are read from, they are deployed again; if that fails, what was deployed continues
    to run. Every work pool of the embedded backend that this machine can serve is served, also new ones.

    On Ctrl-C or SIGTERM, the command waits for current runs and exits; a second signal cancels them.

    With --install, systemd or cron starts the command, also after a crash and after a restart of the machine.
    """
    if arguments.only_prints and arguments.install is None:
        raise UsageError("`--print` requires `--install`.", hint="Write `--install systemd --print`.")
    if arguments.names and arguments.is_all:
        raise UsageError("`--all` cannot be combined with a name.", hint="Use one or the other.")
    with context.backend(is_read_only=arguments.install is not None) as backend:
        if not is_own(backend):
            raise BackendRefused(
                f"`serve` keeps deployments on the embedded backend; {backend.url} is a server.",
                hint="Run `syntask deploy --all`, and `syntask worker start --pool NAME` for each work pool.",
            )
        options = worker_options(context.environ, name=arguments.worker_name, limit=arguments.limit)
        if arguments.install is not None:
            _install(context, backend, arguments, arguments.install, options)
            return 0
        if arguments.unless_running and not _is_first(context, backend):
            return 0
        return _serve(context, backend, arguments, options)


def _install(
    context: Context, backend: OwnBackend, arguments: ServeArguments, how: str, options: WorkerOptions
) -> None:
    wait = _UNATTENDED_WAIT if arguments.wait_for_runs is None else arguments.wait_for_runs
    install(
        context,
        how,
        [*_global_options(context, backend), "serve", *arguments.as_service(wait)],
        stop_seconds=wait + options.grace,
        only_prints=arguments.only_prints,
    )


def _is_first(context: Context, backend: OwnBackend) -> bool:
    """Return whether no other process has said so for the project, until this one ends."""
    file = open_project(context.place()).file
    key = sha256(f"{backend.url}\n{file and file.absolute()}".encode()).hexdigest()[:16]
    return lock_for_life(context.settings.home / f"serve-{key}.lock")


def _serve(context: Context, backend: OwnBackend, arguments: ServeArguments, options: WorkerOptions) -> int:
    servers = PrefectServers(context.settings.home, context.environ)
    pools = {pool.name: pool.type for pool in backend.pools() if pool.type in RUNNERS}
    worker = make_worker(context, backend, options, pools, servers.environ)
    worker.announce(utc_now())
    redeployer = Redeployer(
        partial(_deploy, context, backend, arguments),
        partial(project_files, context.place(strict=arguments.strict)),
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
    """Deploy in a process of its own, which takes nothing from the worker; the exit code.

    It shows its plan and its problems.
    """
    argv = [sys.executable, "-P", "-m", "syntask_yaml", *_global_options(context, backend), "deploy"]
    environ = {key: value for key, value in context.environ.items() if not key.startswith("SYNTASK_DEPLOY_")}
    shown = ["--show-plan"] if context.verbosity >= 0 else []
    done = run(
        [*argv, *arguments.as_deploy, *shown, "--wait", _WAIT],
        cwd=context.directory,
        env=environ,
        on_line=lambda line, is_error: click.echo(line, err=is_error),
        stop=stop,
    )
    return done.code if done.code >= 0 else 1


def _global_options(context: Context, backend: OwnBackend) -> list[str]:
    """Return the options of `syntask` itself that a process in the same directory is started with."""
    file = [] if context.file is None else ["--file", str(context.file)]
    target = [] if context.target is None else ["--target", context.target]
    loudness = ["--quiet"] if context.verbosity < 0 else ["--verbose"] * context.verbosity
    return [*file, *target, "--backend", backend.url, "--no-prompt", *loudness]
