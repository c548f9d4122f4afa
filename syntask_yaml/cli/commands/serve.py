"""`syntask serve`: deploy the project, keep it deployed, and execute the runs of every work pool."""

from __future__ import annotations

from hashlib import sha256

import click

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.cli.arguments import collected
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.serve_options import SERVE_OPTIONS, ServeArguments
from syntask_yaml.cli.serve_process import global_options, own_backend, serve_project
from syntask_yaml.cli.service_install import install
from syntask_yaml.cli.worker_process import worker_options
from syntask_yaml.errors import UsageError
from syntask_yaml.files import lock_for_life
from syntask_yaml.operations.project import open_project
from syntask_yaml.worker.options import WorkerOptions

# Seconds to wait for runs after an unattended stop. With the grace period of a cancelled run, it is below the
# 120 s after which systemd kills the processes of a user.
_UNATTENDED_WAIT = 60.0


@click.command("serve")
@collected("arguments", ServeArguments.of, SERVE_OPTIONS)
@pass_context
def command(context: Context, /, *, arguments: ServeArguments) -> int:
    """Deploy the project, keep it deployed, and execute the runs of every work pool as they become due.

    Deploys all deployments of the project, or those selected with -n, and deploys them again when the project
    file or a file of a flow changes. If that fails, the previous deployments continue to run. Serves every
    work pool of the embedded backend that this machine can serve, including new ones.

    With --ui, also serves the web UI on this machine; use `syntask dev` while you work on the project.

    On Ctrl-C or SIGTERM, the command waits for current runs and exits; a second signal cancels them.

    With --install, systemd or cron starts the command, and restarts it after a crash or a reboot.
    """
    if arguments.only_prints and arguments.install is None:
        raise UsageError("`--print` requires `--install`.", hint="Write `--install systemd --print`.")
    with context.backend(creates=arguments.install is None) as backend:
        own = own_backend(backend, "serve")
        options = worker_options(context.environ, name=arguments.worker_name, limit=arguments.limit)
        if arguments.install is not None:
            _install(context, own, arguments, arguments.install, options)
            return 0
        if arguments.unless_running and not _is_first(context, own):
            return 0
        return serve_project(context, own, arguments, options)


def _install(
    context: Context, backend: OwnBackend, arguments: ServeArguments, how: str, options: WorkerOptions
) -> None:
    wait = _UNATTENDED_WAIT if arguments.wait_for_runs is None else arguments.wait_for_runs
    install(
        context,
        how,
        [*global_options(context, backend), "serve", *arguments.as_service(wait)],
        stop_seconds=wait + options.grace,
        only_prints=arguments.only_prints,
    )


def _is_first(context: Context, backend: OwnBackend) -> bool:
    """Return whether no other process has printed this for the project, until this one ends."""
    file = open_project(context.location()).file
    key = sha256(f"{backend.url}\n{file and file.absolute()}".encode()).hexdigest()[:16]
    return lock_for_life(context.settings.home / f"serve-{key}.lock")
