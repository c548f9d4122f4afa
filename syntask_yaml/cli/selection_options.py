"""The options that select deployments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from syntask_yaml.cli.completion import complete_declared

_WORDS = "`tag:NAME`, `path:GLOB`, `pool:NAME` or a name"

name_option = click.option(
    "-n",
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_declared,
    help="Select a deployment by NAME, FLOW/NAME or glob. Repeatable.",
)
all_option = click.option("-a", "--all", is_flag=True, help="Select every deployment of the project.")

FILTER_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--select",
        multiple=True,
        metavar="WORD",
        help=f"Select deployments by {_WORDS}. Repeatable; words of different kinds must all match.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="WORD",
        help="Leave out deployments, by the same words. Repeatable.",
    ),
)
changed_since_option = click.option(
    "--changed-since",
    metavar="REF",
    help="Select deployments whose entry, code or build inputs changed since a commit, branch or tag.",
)
