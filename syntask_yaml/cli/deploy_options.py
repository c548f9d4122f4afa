"""The options of `syntask deploy`, and their values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from syntask_yaml.cli.arguments import taken
from syntask_yaml.cli.duration import Duration
from syntask_yaml.cli.project_options import PLAN_OPTIONS, PlanArguments
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.deploy import DeployOptions

DEPLOY_OPTIONS = (
    *PLAN_OPTIONS,
    click.option(
        "--plan",
        "plan_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Apply exactly this saved plan.",
    ),
    click.option("-y", "--yes", is_flag=True, help="Skip the confirmation of deletions by `--prune`."),
    click.option(
        "--prune-at-most",
        type=click.IntRange(min=0),
        metavar="N",
        help="Delete up to N deployments without confirmation; deploy nothing if there are more.",
    ),
    click.option(
        "--force",
        is_flag=True,
        help="Deploy a protected target from any branch, even with uncommitted changes.",
    ),
    click.option("--dry-run", is_flag=True, help="Show the plan without applying it."),
    click.option("--show-plan", is_flag=True, help="Show the plan before applying it."),
    click.option(
        "--skip-build",
        is_flag=True,
        help="Skip build and push steps; fields that depend on them keep their deployed values.",
    ),
    click.option("--rebuild", is_flag=True, help="Build every image, even if nothing changed."),
    click.option(
        "--install-requirements", is_flag=True, help="Install the requirements of the steps with pip."
    ),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1),
        default=8,
        show_default=True,
        help="Maximum number of concurrent step lists and writes.",
    ),
    click.option(
        "--wait",
        type=Duration(),
        default="0s",
        help="Wait at most this long for another deploy of the project: `10m`, `90s`.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployArguments(PlanArguments):
    """The arguments of `deploy`: those of a plan, and how to apply it."""

    plan_file: Path | None
    yes: bool
    prune_at_most: int | None
    dry_run: bool
    show_plan: bool
    options: DeployOptions

    def check(self, *, output: str) -> None:
        """Raise UsageError for options that cannot be combined."""
        if self.options.skip_build and self.options.rebuild:
            raise UsageError(
                "`--skip-build` and `--rebuild` cannot be combined.", hint="Use one or the other."
            )
        if self.show_plan and output != "text":
            option = f"`--output {output}`"
            raise UsageError(f"`--show-plan` cannot be combined with {option}.", hint="Run `syntask plan`.")
        if self.plan_file is not None and not self.dry_run and self.request.selection.is_given:
            raise UsageError(
                "`--plan` cannot be combined with a selection: a saved plan already has one.",
                hint="Pass `--plan` alone.",
            )


def deploy_arguments(**values: Any) -> DeployArguments:
    """Return the arguments of `deploy` for the *values* of its options."""
    return DeployArguments.of(options=taken(DeployOptions, values), **values)
