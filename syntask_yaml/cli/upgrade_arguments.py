"""The options of `syntask upgrade`, and their values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

DEFAULT_POOL, POOLS_ONLY = "default", "pools"

OPTIONS = (
    click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]..."),
    click.option("--write", "is_write", is_flag=True, help="Write the changes instead of printing them."),
    click.option(
        "--check", "is_check", is_flag=True, help="For CI: exit with 2 if anything is left to upgrade."
    ),
    click.option(
        "--pool",
        "pools",
        multiple=True,
        metavar="OLD=NEW",
        help="Name of the work pool that replaces an infrastructure block, old pool or type. Repeatable.",
    ),
    click.option(
        "--default-pool",
        metavar="NAME",
        default=DEFAULT_POOL,
        show_default=True,
        help="Name of the work pool for processes whose infrastructure has no name.",
    ),
    click.option(
        "--from-server",
        "server",
        is_flag=False,
        flag_value="",
        metavar="[URL]",
        help="Read blocks from a server of Prefect 2 or 3. Default: the server that is configured.",
    ),
    click.option(
        "--all-deployments",
        "all_deployments",
        is_flag=True,
        help="Also convert deployments of the server that no file declares.",
    ),
    click.option(
        "--prefect1", "with_flows", is_flag=True, help="Also convert flows of Prefect 1 to Prefect 3."
    ),
    click.option(
        "--submit",
        "submits",
        is_flag=True,
        help="With --prefect1: submit tasks, so that independent ones run after a failure and in parallel.",
    ),
    click.option(
        "--only",
        multiple=True,
        type=click.Choice(["yaml", "python", "commands", "flows", "pools"]),
        help="Only convert files, Python scripts, commands or flows of Prefect 1, or with `pools` only write "
        "what is needed to create the work pools. Repeatable.",
    ),
    click.option(
        "--to",
        "becomes",
        type=click.Choice(["entries", "flow.deploy", "flow.serve"]),
        default="entries",
        show_default=True,
        help="What the calls in Python scripts become.",
    ),
    click.option(
        "--imports",
        type=click.Choice(["prefect", "syntask"]),
        help="Whose names rewritten Python code imports. Default: as the file does.",
    ),
    click.option("--remove", "removes", is_flag=True, help="Delete converted files instead of marking them."),
    click.option("--allow-dirty", is_flag=True, help="Also change files that are not committed to git."),
    click.option(
        "--report",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write a report in Markdown, or as JSON if FILE ends in .json.",
    ),
)


@dataclass(frozen=True, slots=True)
class UpgradeArguments:
    """The arguments of `upgrade`. *pools* are the pairs of `--pool`.

    *server* is the URL of `--from-server`: empty for the configured one, None for none.
    """

    paths: tuple[Path, ...]
    is_write: bool
    is_check: bool
    pools: tuple[str, ...]
    default_pool: str
    server: str | None
    all_deployments: bool
    with_flows: bool
    submits: bool
    only: tuple[str, ...]
    becomes: str
    imports: str | None
    removes: bool
    allow_dirty: bool
    report: Path | None

    @property
    def writes(self) -> bool:
        """Whether files are changed."""
        return self.is_write and not self.is_check

    @property
    def words(self) -> list[str]:
        """The arguments to repeat on the command line that writes, without a login."""
        from syntask_yaml.backend.prefect.settings import without_login

        url, _ = without_login(self.server or "")
        server = [] if self.server is None else [f"--from-server={url}".removesuffix("=")]
        flags = {
            "--all-deployments": self.all_deployments,
            "--prefect1": self.with_flows,
            "--submit": self.submits,
            "--remove": self.removes,
        }
        given = [flag for flag, is_given in flags.items() if is_given]
        given += [f"--only={kind}" for kind in self.only]
        given += [f"--default-pool={self.default_pool}"] if self.default_pool != DEFAULT_POOL else []
        given += [f"--to={self.becomes}"] if self.becomes != "entries" else []
        given += [f"--imports={self.imports}"] if self.imports else []
        return [*map(str, self.paths), *(f"--pool={pair}" for pair in self.pools), *server, *given]
