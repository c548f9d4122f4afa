"""`syntask serve --install`: start the command by systemd or cron."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from syntask_yaml.cli.context import Context
from syntask_yaml.cli.views.output import say
from syntask_yaml.operations.project import open_project
from syntask_yaml.operations.service_files import MAKERS, InstalledService, write_service_file

# Variables that `serve` needs wherever it is started, and that contain no secret. Those of flows belong in a
# file that only its owner can read.
_CARRIED = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "VIRTUAL_ENV",
    "SYNTASK_DEFAULT_WORK_POOL_NAME",
    "SYNTASK_KEEP_RUNS",
    "SYNTASK_LOG_LIMIT",
    "SYNTASK_WORKER_GRACE_SECONDS",
    "SYNTASK_WORKER_LEASE_SECONDS",
)


def install(
    context: Context, how: str, options: Sequence[str], *, stop_seconds: float, only_prints: bool
) -> None:
    """Write the file with which *how* starts `syntask` with *options*, and print the next steps."""
    service = _service(context, options, stop_seconds=stop_seconds)
    text = MAKERS[how](service)
    if only_prints:
        click.echo(text, nl=False)
        return
    path = _path(context, how, service)
    is_new = write_service_file(path, text, service)
    say(f"Wrote `{path}`." if is_new else f"`{path}` is up to date.")
    say(f"Variables of the project and its flows belong in `{service.env_file}`: NAME=VALUE lines, mode 600.")
    say("Next:")
    for line in _next_commands(how, service, path):
        click.echo(f"  {line}")


def _service(context: Context, options: Sequence[str], *, stop_seconds: float) -> InstalledService:
    project = open_project(context.location())
    home = context.settings.home.absolute()
    environ = {name: context.environ[name] for name in _CARRIED if context.environ.get(name)}
    return InstalledService(
        title=project.title,
        owner=str((project.file or project.root).absolute()),
        argv=(sys.executable, "-P", "-m", "syntask_yaml", *options),
        directory=context.directory,
        environ={**environ, "SYNTASK_HOME": str(home)},
        home=home,
        stop_seconds=stop_seconds,
    )


def _path(context: Context, how: str, service: InstalledService) -> Path:
    if how == "cron":
        return context.settings.home.absolute() / f"{service.name}.crontab"
    own = context.environ.get("XDG_CONFIG_HOME") or Path(context.environ.get("HOME", "~"), ".config")
    return Path(own).expanduser() / "systemd" / "user" / f"{service.name}.service"


def _next_commands(how: str, service: InstalledService, path: Path) -> Sequence[str]:
    """Return the commands that start *service* now and on boot."""
    if how == "cron":
        others = f"crontab -l 2>/dev/null | grep -v ' # {service.name}$'"
        return (f"({others}; tail -n 1 {shlex.quote(str(path))}) | crontab -",)
    unit = f"{service.name}.service"
    return (
        "systemctl --user daemon-reload",
        f"systemctl --user enable --now {unit}",
        "loginctl enable-linger    # start it with the machine, and keep it when you log out",
        f"journalctl --user -f -u {unit}",
    )
