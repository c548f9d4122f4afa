"""Select the deployments that a command changes, and ask for confirmation."""

from __future__ import annotations

import click

from syntask_yaml.cli.arguments import collected
from syntask_yaml.cli.completion import complete_deployment
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.selection_options import FILTER_OPTIONS
from syntask_yaml.cli.views.output import say
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.deployments import NamedDeployments
from syntask_yaml.project.filters import Filters

names_argument = click.argument("names", nargs=-1, shell_complete=complete_deployment)
# Adds names, `--select` and `--exclude` to a command, which receives them as *filters*.
with_filters = collected("filters", Filters, (names_argument, *FILTER_OPTIONS))
all_option = click.option("--all", "is_all", is_flag=True, help="Select all deployments.")
all_matching_option = click.option(
    "--all-matching", is_flag=True, help="Act on all matches of globs and words without confirmation."
)


def check_given(filters: Filters, *, is_all: bool) -> None:
    """Raise UsageError unless the deployments are selected by *filters* or by *is_all*."""
    if bool(filters.names or filters.select) is is_all:
        raise UsageError(
            "Select the deployments by name or `--select`, or all with `--all`.",
            hint="Pass names, globs, `--select` or `--all`.",
        )


def confirm(context: Context, verb: str, meant: NamedDeployments, *, option: str) -> None:
    """Ask for confirmation of the matches. Raises UsageError, which names *option*, without a prompt."""
    listed = ", ".join(each.deployment.full_name for each in meant.stored)
    if not listed:
        return
    if context.may_prompt:
        if not click.confirm(f"{verb} {listed}?", err=True):
            say("Nothing was changed.")
            raise click.exceptions.Exit(1)
        return
    globs = ", ".join(f"`{each}`" for each in meant.globs)
    detail = f"{globs} matches {listed}." if globs else f"This deletes {listed}."
    raise UsageError(detail, hint=f"Pass `{option}` to {verb.lower()} them without confirmation.")
