"""`syntask upgrade`: deployments of agents become entries of a project file."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syntask._home import home_folder
from syntask_yaml.cli.arguments import collected, key_values
from syntask_yaml.cli.commands import upgrade_status, upgrade_switch
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.old_server import old_server
from syntask_yaml.cli.upgrade_arguments import DEFAULT_POOL, OPTIONS, POOLS_ONLY, UpgradeArguments
from syntask_yaml.cli.views import reports
from syntask_yaml.cli.views.output import say
from syntask_yaml.errors import UsageError

if TYPE_CHECKING:
    from syntask_yaml.upgrade.request import UpgradeRequest
    from syntask_yaml.upgrade.unfinished import UnfinishedUpgrade

_PENDING = 2


class PathsOrCommand(click.Group):
    """A command that accepts paths, unless the first argument is the name of a subcommand."""

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


@click.group("upgrade", cls=PathsOrCommand, no_args_is_help=False)
@collected("arguments", UpgradeArguments, OPTIONS)
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
    unfinished = _unfinished(context)
    is_pending = unfinished is not None and _is_left(unfinished, writes=arguments.writes)
    progress = CountProgress(verbosity=context.verbosity)
    with old_server(context, arguments.server) as server:
        upgrade = prepare_upgrade(replace(request, server=server), notify=progress)
    if arguments.writes:
        if not arguments.allow_dirty:
            check_clean(context.directory, upgrade)
        write_upgrade(upgrade, notify=progress, record=unfinished)
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
        return 0 if upgrade.is_empty and not is_pending else _PENDING
    return 1 if upgrade.unresolved else 0


def _unfinished(context: Context) -> UnfinishedUpgrade | None:
    """Return the record of written files; None if there is no folder for it."""
    from syntask_yaml.upgrade.unfinished import UnfinishedUpgrade

    home = home_folder(context.environ)
    return UnfinishedUpgrade(Path(home) / "upgrades", context.directory) if home else None


def _is_left(unfinished: UnfinishedUpgrade, *, writes: bool) -> bool:
    """Finish an interrupted upgrade, or return whether there is one."""
    left = unfinished.finish() if writes else unfinished.paths
    files = "1 file" if len(left) == 1 else f"{len(left)} files"
    if left and writes:
        say(f"Finished the upgrade that was interrupted: it had {files} left.")
    elif left:
        say(f"An upgrade was interrupted with {files} left. Pass `--write` to finish it.")
    return bool(left) and not writes


def _request(context: Context, arguments: UpgradeArguments) -> UpgradeRequest:
    from syntask_yaml.upgrade.import_package import ImportPackage
    from syntask_yaml.upgrade.prefect1.convert import Prefect1Options
    from syntask_yaml.upgrade.request import SourceKind, UpgradeRequest
    from syntask_yaml.upgrade.scripts.rewrite import RewriteTarget

    if arguments.all_deployments and arguments.server is None:
        raise UsageError("`--all-deployments` requires a server.", hint="Add `--from-server URL`.")
    only = frozenset(arguments.only) - {POOLS_ONLY}
    with_flows = arguments.with_flows or SourceKind.FLOWS.value in only
    if arguments.submits and not with_flows:
        raise UsageError("`--submit` is about flows of Prefect 1.", hint="Add `--prefect1`.")
    package = ImportPackage(arguments.imports) if arguments.imports else None
    of_flows = Prefect1Options(arguments.submits, package or ImportPackage.PREFECT)
    default = {} if arguments.default_pool == DEFAULT_POOL else {"process": arguments.default_pool}
    named = key_values(arguments.pools, "--pool", is_text=True, form="OLD=NEW")
    return UpgradeRequest(
        directory=context.directory,
        paths=arguments.paths,
        file=context.file,
        pools={**default, **named},
        removes=arguments.removes,
        all_deployments=arguments.all_deployments,
        only=frozenset(map(SourceKind, only)) or frozenset(SourceKind),
        pools_only=POOLS_ONLY in arguments.only,
        becomes=RewriteTarget(arguments.becomes),
        prefect_1=of_flows if with_flows else None,
        package=package,
    )


command.add_command(upgrade_status.command)
command.add_command(upgrade_switch.switch)
command.add_command(upgrade_switch.back)
