"""Options that `plan`, `deploy`, `check` and `render` share, and their values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import click

from syntask_yaml.cli.arguments import taken
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.override_options import OVERRIDE_NAMES, OVERRIDE_OPTIONS, overrides_of
from syntask_yaml.cli.selection_options import FILTER_OPTIONS, all_option, changed_since_option, name_option
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.project import open_project
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.flows import FlowReader

READ_OPTIONS = (
    click.option("--strict", is_flag=True, help="Treat warnings as errors."),
    click.option(
        "--allow-unset", is_flag=True, help="Expand undefined names to empty strings, with a warning."
    ),
    click.option(
        "--no-load",
        is_flag=True,
        help="Do not import flow code to describe flows, even if its source is not sufficient.",
    ),
)
NAME_OPTIONS = (name_option, all_option, *READ_OPTIONS)
SELECTION_OPTIONS = (name_option, all_option, *FILTER_OPTIONS, changed_since_option, *READ_OPTIONS)
PLAN_OPTIONS = (
    click.argument("entrypoint", required=False),
    *SELECTION_OPTIONS,
    *OVERRIDE_OPTIONS,
    click.option(
        "--prune",
        is_flag=True,
        help="Delete deployments that the project no longer declares. Requires --all.",
    ),
    click.option(
        "--take-over",
        is_flag=True,
        help="Take over deployments of another project, or of a project of the same name from elsewhere.",
    ),
    click.option(
        "--keep-going", is_flag=True, help="Skip deployments that have problems and continue with the others."
    ),
    click.option(
        "--ref",
        metavar="REF",
        help="Use the project as it was at a commit, branch or tag; the working tree is not touched.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectArguments:
    """The selection of deployments, and how to read the project."""

    selection: Selection
    strict: bool
    allow_unset: bool
    no_load: bool

    @classmethod
    def of(cls, **values: Any) -> Self:
        return cls(selection=taken(Selection, values), **values)

    @contextmanager
    def opened(
        self, context: Context, *, creates: bool = True, ref: str | None = None
    ) -> Iterator[DeployContext]:
        """Open the project, as it is or as it was at *ref*, and the backend; close it at the end."""
        if ref is not None and self.selection.changed_since is not None:
            raise UsageError(
                "`--ref` and `--changed-since` cannot be combined: what changed is up to now.",
                hint="Use one or the other.",
            )
        location = context.location(strict=self.strict)
        with ExitStack() as stack:
            if ref is None:
                project = open_project(location)
            else:
                # This imports git, which few plans need.
                from syntask_yaml.operations.project_at_ref import project_at_ref

                project = stack.enter_context(project_at_ref(location, ref))
            backend = stack.enter_context(context.backend(creates=creates, project=project))
            yield DeployContext(
                project=project,
                backend=backend,
                reader=FlowReader(project.root, load_in_child=not self.no_load),
                environ=context.environ,
                default_pool=context.settings.default_pool,
                allow_unset=self.allow_unset,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanArguments(ProjectArguments):
    """The arguments of a project command, and those of a plan or deploy."""

    request: Request

    @classmethod
    def of(cls, **values: Any) -> Self:
        overrides = overrides_of(**{name: values.pop(name) for name in OVERRIDE_NAMES})
        selection = taken(Selection, values)
        request = taken(partial(Request, selection=selection, overrides=overrides), values)
        return cls(selection=selection, request=request, **values)
