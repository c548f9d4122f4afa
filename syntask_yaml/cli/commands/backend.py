"""`syntask backend`: what is done to a backend as a whole."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from syntask_yaml.cli.arguments import collected
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import as_json, print_json
from syntask_yaml.errors import NotFound, UsageError
from syntask_yaml.operations.copying.changes import PARTS, CopyKind, CopyPlan
from syntask_yaml.operations.documents import document

if TYPE_CHECKING:
    from syntask_yaml.backend.base import Backend
    from syntask_yaml.operations.copying.move import Mover
    from syntask_yaml.operations.copying.plan import CopyOptions


class Parts(click.ParamType[frozenset[CopyKind]]):
    """Names of parts, separated by commas."""

    name = "parts"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        return "PART,…"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[CopyKind]:
        names = [name.strip() for name in value.split(",")]
        for name in names:
            if name not in PARTS:
                self.fail(f"`{name}` is not one of {', '.join(PARTS)}.", param, ctx)
        return frozenset(kind for name in names for kind in PARTS[name])


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyArguments:
    """The arguments of `backend copy`."""

    url: str
    only: frozenset[CopyKind] | None
    dry_run: bool
    keep_running: bool
    overwrite: bool
    yes: bool
    jobs: int

    @property
    def options(self) -> CopyOptions:
        from syntask_yaml.operations.copying.plan import CopyOptions

        kinds = frozenset(CopyKind) if self.only is None else self.only
        if self.keep_running:
            kinds -= PARTS["paused"]
        return CopyOptions(kinds=kinds, is_overwritten=self.overwrite)


_OPTIONS = (
    click.option("--to", "url", required=True, metavar="URL", help="The backend to copy to."),
    click.option(
        "--only",
        type=Parts(),
        help="Copy only these: variables, blocks, limits, pools (with their queues), deployments; "
        "paused moves the schedules.",
    ),
    click.option("--dry-run", is_flag=True, help="Show what would be copied without writing anything."),
    click.option(
        "--keep-running",
        is_flag=True,
        help="Leave the schedules running here; on the destination, the deployments stay paused.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace what differs on the destination."),
    click.option("-y", "--yes", is_flag=True, help="Skip the confirmation."),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1),
        default=8,
        show_default=True,
        help="Maximum number of concurrent writes of deployments.",
    ),
)


@click.group("backend")
def command() -> None:
    """Move from one backend to another."""


@command.command("copy")
@collected("arguments", CopyArguments, _OPTIONS)
@as_json
@pass_context
def copy(context: Context, /, *, arguments: CopyArguments, output: str) -> int:
    """Copy variables, blocks, limits, work pools, queues and deployments to another backend.

    Secrets are sent from one backend to the other and never printed. What the destination already has is not
    changed; if it differs, the differences are shown, and the exit code is 1. At the end, the schedules of
    each deployment are paused here and resumed on the destination, so that no run starts on both; waiting
    runs are moved.

    Run the command again to finish an interrupted copy. After a complete copy, it does nothing.
    """
    from syntask_yaml.cli.views import copy as view
    from syntask_yaml.operations.copying.journal import Unfinished
    from syntask_yaml.operations.copying.plan import plan_copy
    from syntask_yaml.operations.copying.write import CopyOutcome, write_copy

    with _mover(context, arguments) as mover:
        unfinished = Unfinished(mover.moves.folder, mover.source.url, mover.destination.url)
        plan = plan_copy(
            mover.source,
            mover.destination,
            arguments.options,
            moving=mover.moves.all(),
            unfinished=unfinished.names(),
        )
        outcome = CopyOutcome(plan)
        if not arguments.dry_run:
            _check_approved(plan, context, arguments)
            progress = view.CopyProgress(verbosity=context.verbosity)
            outcome = write_copy(plan, mover, unfinished, jobs=arguments.jobs, notify=progress)
    if output == "json":
        print_json(document("backend-copy", view.encode(outcome, is_dry_run=arguments.dry_run)))
    view.show(outcome, is_dry_run=arguments.dry_run, is_json=output == "json", verbosity=context.verbosity)
    return 0 if outcome.is_complete else 1


@contextmanager
def _mover(context: Context, arguments: CopyArguments) -> Iterator[Mover]:
    """Open both backends, and close them at the end. Raises NotFound if there is nothing to copy from."""
    from syntask_yaml.backend.clock import utc_now
    from syntask_yaml.operations.copying.journal import Moves
    from syntask_yaml.operations.copying.move import Mover

    _check_store(context)
    with context.backend() as source, _destination(context, arguments) as destination:
        moves = Moves(context.settings.home / "moves", source.url, destination.url)
        yield Mover(source, destination, moves, utc_now, time.sleep)


@contextmanager
def _destination(context: Context, arguments: CopyArguments) -> Iterator[Backend]:
    from syntask_yaml.backend.connect import connect

    is_made = not arguments.dry_run
    destination = connect(
        arguments.url, store=context.settings.store, environ=context.environ, creates=is_made
    )
    try:
        yield destination
    finally:
        destination.close()


def _check_store(context: Context) -> None:
    from syntask_yaml.backend.connect import store_path

    settings = context.settings
    path = store_path(settings.backend or "embedded:", settings.store)
    if path is not None and not path.exists():
        raise NotFound(
            f"The store `{path}` does not exist, so there is nothing to copy.",
            hint="Name the backend to copy from: `syntask --backend embedded:PATH backend copy …`.",
        )


def _check_approved(plan: CopyPlan, context: Context, arguments: CopyArguments) -> None:
    """Ask for confirmation of *plan*. Raises Abort, and UsageError without a prompt."""
    from syntask_yaml.cli.views import copy as view

    if not plan.writes or arguments.yes:
        return
    if not context.may_prompt:
        raise UsageError(
            f"A copy needs a confirmation: {view.summary_of(plan)}.",
            hint="Pass `--yes` to skip it, or `--dry-run` to see the changes.",
        )
    for line in view.lines(plan):
        click.echo(line, err=True)
    click.confirm(f"Copy to {plan.destination}?", abort=True, err=True)
