"""The options of `syntask serve` and `syntask dev`, and their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import click

from syntask_yaml.cli.duration import Duration
from syntask_yaml.cli.pages import port_option
from syntask_yaml.cli.project_options import NAME_OPTIONS, ProjectArguments
from syntask_yaml.cli.worker_process import limit_option
from syntask_yaml.errors import UsageError

SERVE_OPTIONS = (
    *NAME_OPTIONS,
    click.option(
        "--prune-at-most",
        type=click.IntRange(min=0),
        metavar="N",
        help="Delete deployments that the project no longer declares, up to N at a time; "
        "deploy nothing if there are more.",
    ),
    click.option("--ui", "shows_pages", is_flag=True, help="Also serve the web UI, on this machine only."),
    port_option,
    click.option("--worker-name", help="Name of the worker. Default: host name and process id."),
    limit_option,
    click.option(
        "--wait-for-runs",
        type=Duration(),
        metavar="DURATION",
        show_default="until they end",
        help="When stopped, wait this long for current runs, then cancel them: `60s`, `10m`.",
    ),
    click.option(
        "--start-anyway",
        is_flag=True,
        help="Start even if the first deploy fails: what was deployed before continues to run.",
    ),
    click.option(
        "--unless-running",
        is_flag=True,
        help="Exit if the command is already running for the project with this option.",
    ),
    click.option(
        "--install",
        type=click.Choice(["systemd", "cron"]),
        help="Write a file with which systemd or cron starts this command with these options, and exit.",
    ),
    click.option("--print", "only_prints", is_flag=True, help="Print the file of `--install` instead."),
)
DEV_OPTIONS = (
    *NAME_OPTIONS,
    port_option,
    click.option("--open", "opens_pages", is_flag=True, help="Open the web UI in a browser."),
    limit_option,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeArguments(ProjectArguments):
    """The deployments to keep deployed, whether to serve the web UI, and the options of the worker."""

    prune_at_most: int | None = None
    shows_pages: bool
    port: int
    opens_pages: bool = False
    worker_name: str | None = None
    limit: int | None
    wait_for_runs: float | None
    start_anyway: bool
    unless_running: bool = False
    install: str | None = None
    only_prints: bool = False

    def __post_init__(self) -> None:
        if self.selection.names and self.selection.all:
            raise UsageError("`--all` cannot be combined with a name.", hint="Use one or the other.")

    @classmethod
    def of_dev(cls, **values: Any) -> Self:
        """Return the arguments of `dev`: with the web UI, even with errors, and without waiting for runs."""
        return cls.of(**values, shows_pages=True, start_anyway=True, wait_for_runs=0.0)

    @property
    def as_deploy(self) -> list[str]:
        """The arguments of the corresponding `deploy`."""
        return [
            *self._typed,
            *([] if self.selection.names else ["--all"]),
            *(["--prune"] if self._prunes else []),
        ]

    def as_service(self, wait_for_runs: float) -> list[str]:
        """Return the arguments of `serve` for an unattended start."""
        given = {
            "--worker-name": self.worker_name,
            "--limit": self.limit,
            "--wait-for-runs": f"{wait_for_runs:.0f}s",
        }
        options = [f"{name}={value}" for name, value in given.items() if value is not None]
        pages = ["--ui", f"--port={self.port}"] if self.shows_pages else []
        unless = ["--unless-running"] if self.install == "cron" else []
        return [*self._typed, *options, *pages, "--start-anyway", *unless]

    @property
    def _prunes(self) -> bool:
        return self.prune_at_most is not None

    @property
    def _typed(self) -> list[str]:
        """The options shared with `deploy`."""
        flags = {"--strict": self.strict, "--allow-unset": self.allow_unset, "--no-load": self.no_load}
        prune = [f"--prune-at-most={self.prune_at_most}"] if self._prunes else []
        names = [f"--name={name}" for name in self.selection.names]
        return [*names, *prune, *(flag for flag, is_given in flags.items() if is_given)]
