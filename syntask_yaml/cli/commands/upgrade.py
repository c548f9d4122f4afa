"""`syntask upgrade`: deployments of agents become entries of a project file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from syntask_yaml.cli.arguments import collected, key_values
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views import reports

_PENDING = 2

_OPTIONS = (
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
    click.option("--remove", "removes", is_flag=True, help="Delete converted files instead of marking them."),
    click.option("--allow-dirty", is_flag=True, help="Also change files that are not committed to git."),
    click.option(
        "--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a report in Markdown."
    ),
)


@dataclass(frozen=True, slots=True)
class UpgradeArguments:
    """What to convert, and whether to write it. *pools* are the pairs of `--pool`."""

    paths: tuple[Path, ...]
    is_write: bool
    is_check: bool
    pools: tuple[str, ...]
    removes: bool
    allow_dirty: bool
    report: Path | None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> UpgradeArguments:
        """Return the arguments for the values of the options."""
        return cls(**values)

    @property
    def writes(self) -> bool:
        """Whether files are changed."""
        return self.is_write and not self.is_check

    @property
    def words(self) -> list[str]:
        """What to repeat on the command line that writes."""
        removes = ["--remove"] if self.removes else []
        return [*map(str, self.paths), *(f"--pool={pair}" for pair in self.pools), *removes]


@click.command("upgrade")
@collected("arguments", UpgradeArguments.of, _OPTIONS)
@click.option(
    "--diff/--no-diff", "with_diff", default=True, show_default=True, help="Whether to print the changes."
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(list(reports.REPORTS)),
    default="text",
    show_default=True,
    help="Output format.",
)
@pass_context
def command(context: Context, /, *, arguments: UpgradeArguments, with_diff: bool, output: str) -> int:
    """Convert agent deployments of Prefect 2 to entries of a project file.

    PATHs are files or directories. By default, the current directory is searched for files that
    `prefect deployment build` wrote, and for agent commands in scripts, workflows and images. Without
    --write, nothing is changed. No project code is executed and no server is contacted.

    Every field of a file is carried, dropped for a reason, or reported. Secrets are never written or
    printed. Entries are added to the nearest project file, or to a new syntask.yaml. Exits with 1 if
    something needs attention.
    """
    from syntask_yaml.cli.views import upgrade as view
    from syntask_yaml.upgrade.prepare import UpgradeRequest, prepare_upgrade
    from syntask_yaml.upgrade.write import check_clean, write_report, write_upgrade

    request = UpgradeRequest(
        directory=context.directory,
        paths=arguments.paths,
        file=context.file,
        pools=key_values(arguments.pools, "--pool", is_text=True),
        removes=arguments.removes,
    )
    upgrade = prepare_upgrade(request)
    if arguments.writes:
        if not arguments.allow_dirty:
            check_clean(context.directory, upgrade)
        write_upgrade(upgrade)
    if arguments.report is not None:
        write_report(context.directory / arguments.report, view.as_markdown(upgrade))
    shown = view.Shown(
        words=arguments.words,
        is_written=arguments.writes,
        with_diff=with_diff and not arguments.is_check,
        quiet=context.verbosity < 0,
    )
    if output in view.FORMATS:
        view.FORMATS[output](upgrade, shown)
    else:
        reports.REPORTS[output](list(upgrade.diagnostics), len(upgrade.results), quiet=False)
    if arguments.is_check:
        return 0 if upgrade.is_empty else _PENDING
    return 1 if upgrade.unresolved else 0
