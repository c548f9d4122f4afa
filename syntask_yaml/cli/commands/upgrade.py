"""`syntask upgrade`: deployments of agents become entries of a project file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syntask_yaml.cli.arguments import collected, key_values
from syntask_yaml.cli.commands import upgrade_status, upgrade_switch
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.old_server import old_server
from syntask_yaml.cli.views import reports
from syntask_yaml.errors import UsageError

if TYPE_CHECKING:
    from syntask_yaml.upgrade.request import UpgradeRequest

_PENDING = 2
_DEFAULT, _POOLS = "default", "pools"


class PathsOrCommand(click.Group):
    """A command that takes paths, unless the first argument is the name of one of its own commands."""

    allow_interspersed_args = True

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        inner = self.commands.get(args[0]) if args else None
        if inner is None:
            return super().make_context(info_name, args, parent, **extra)
        return inner.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        return click.Command.invoke(self, ctx)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return click.Command.collect_usage_pieces(self, ctx)


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
    click.option(
        "--default-pool",
        metavar="NAME",
        default=_DEFAULT,
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
    """What to convert, and whether to write it. *pools* are the pairs of `--pool`.

    *server* is the URL of `--from-server`: empty for the one that is configured, None for none.
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
        """What to repeat on the command line that writes, but for a login."""
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
        given += [f"--default-pool={self.default_pool}"] if self.default_pool != _DEFAULT else []
        given += [f"--to={self.becomes}"] if self.becomes != "entries" else []
        return [*map(str, self.paths), *(f"--pool={pair}" for pair in self.pools), *server, *given]


@click.group("upgrade", cls=PathsOrCommand, no_args_is_help=False)
@collected("arguments", UpgradeArguments.of, _OPTIONS)
@click.option(
    "--diff/--no-diff", "with_diff", default=True, show_default=True, help="Whether to print the changes."
)
@reports.report_format()
@pass_context
def command(context: Context, /, *, arguments: UpgradeArguments, with_diff: bool, output: str) -> int:
    """Convert agent deployments of Prefect 2 to entries of a project file.

    PATHs are files or directories. By default, the current directory is searched for files that
    `prefect deployment build` wrote, for Python scripts that deploy with `Deployment.build_from_flow`, and
    for agent commands in scripts, workflows and images. Without --write, nothing is changed. No project code
    is executed. A server is only contacted, and only read, with --from-server.

    With --prefect1, Python files with flows of Prefect 1 are converted too. What cannot be converted is
    marked with a TODO comment.

    Every field of a file is carried, dropped for a reason, or reported. Secrets are never written or
    printed. Entries are added to the nearest project file, or to a new syntask.yaml. Exits with 1 if
    something needs attention.

    Afterwards, `status`, `switch` and `back` move the schedules from the old server, one deployment at a
    time. Write `./status` for a file with such a name.
    """
    from syntask_yaml.cli.views import upgrade as view
    from syntask_yaml.cli.views.progress import CountProgress
    from syntask_yaml.upgrade.prepare import prepare_upgrade
    from syntask_yaml.upgrade.write import check_clean, write_report, write_upgrade

    request = _request(context, arguments)
    progress = CountProgress(verbosity=context.verbosity)
    with old_server(context, arguments.server) as server:
        upgrade = prepare_upgrade(replace(request, server=server), notify=progress)
    if arguments.writes:
        if not arguments.allow_dirty:
            check_clean(context.directory, upgrade)
        write_upgrade(upgrade, notify=progress)
    if arguments.report is not None:
        text = view.as_report(upgrade, arguments.report, is_written=arguments.writes)
        write_report(context.directory / arguments.report, text)
    shown = view.Shown(
        words=arguments.words,
        is_written=arguments.writes,
        with_diff=with_diff and not arguments.is_check,
        quiet=context.verbosity < 0,
    )
    report = reports.CommandReport(
        command="upgrade",
        problems=upgrade.diagnostics,
        cases=[reports.Case(each.converted.full_name) for each in upgrade.results],
        folder=reports.repository_folder(context.environ, context.directory),
        document=lambda: view.as_document(upgrade, is_written=arguments.writes),
        text=partial(view.show, upgrade, shown),
        markdown=partial(view.as_markdown, upgrade),
    )
    reports.print_report(report, output, context.environ)
    if arguments.is_check:
        return 0 if upgrade.is_empty else _PENDING
    return 1 if upgrade.unresolved else 0


def _request(context: Context, arguments: UpgradeArguments) -> UpgradeRequest:
    from syntask_yaml.upgrade.prefect1.convert import Prefect1Options
    from syntask_yaml.upgrade.request import SourceKind, UpgradeRequest
    from syntask_yaml.upgrade.scripts.rewrite import Becomes

    if arguments.all_deployments and arguments.server is None:
        raise UsageError("`--all-deployments` requires a server.", hint="Add `--from-server URL`.")
    only = frozenset(arguments.only) - {_POOLS}
    with_flows = arguments.with_flows or SourceKind.FLOWS.value in only
    if arguments.submits and not with_flows:
        raise UsageError("`--submit` is about flows of Prefect 1.", hint="Add `--prefect1`.")
    named = key_values(arguments.pools, "--pool", is_text=True, form="OLD=NEW")
    return UpgradeRequest(
        directory=context.directory,
        paths=arguments.paths,
        file=context.file,
        pools=named if arguments.default_pool == _DEFAULT else {"process": arguments.default_pool, **named},
        removes=arguments.removes,
        all_deployments=arguments.all_deployments,
        only=frozenset(map(SourceKind, only)) or frozenset(SourceKind),
        pools_only=_POOLS in arguments.only,
        becomes=Becomes(arguments.becomes),
        prefect_1=Prefect1Options(submits=arguments.submits) if with_flows else None,
    )


command.add_command(upgrade_status.command)
command.add_command(upgrade_switch.switch)
command.add_command(upgrade_switch.back)
