"""`syntask work-pool create`: of a type, with a template, or out of an infrastructure block."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syntask_yaml.backend.portable import check_portable
from syntask_yaml.cli.arguments import collected
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.old_server import old_server
from syntask_yaml.cli.pool_options import concurrency_limit
from syntask_yaml.cli.views.diagnostics import show
from syntask_yaml.cli.views.output import print_json, say
from syntask_yaml.errors import BackendConflict, NotFound, UsageError
from syntask_yaml.files import read_given
from syntask_yaml.model.job_template import template_problem
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.pool_type import DEFAULT_TYPE
from syntask_yaml.model.value import Json, read_json

if TYPE_CHECKING:
    from syntask_yaml.backend.base import Backend
    from syntask_yaml.upgrade.block_pool import InfraBlock

description_option = click.option("--description", help="Description of the work pool.")
template_option = click.option(
    "--base-job-template",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON file with the base job template.",
)
_OPTIONS = (
    click.argument("name", required=False),
    click.option("-t", "--type", default=None, help=f"Type of the work pool.  [default: {DEFAULT_TYPE}]"),
    description_option,
    concurrency_limit,
    click.option("--paused", is_flag=True, help="Create the work pool paused."),
    template_option,
    click.option(
        "--from-file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="YAML or JSON file with an infrastructure block of Prefect 2, or with an agent deployment.",
    ),
    click.option(
        "--from-block", metavar="TYPE/NAME", help="Infrastructure block of Prefect 2, read from a server."
    ),
    click.option(
        "--from-server",
        "server",
        default="",
        metavar="URL",
        help="Server that has the block. Default: the server that is configured.",
    ),
    click.option("--dry-run", is_flag=True, help="Print the base job template instead of creating the pool."),
)


@dataclass(frozen=True, slots=True)
class CreateArguments:
    """The pool to create: *type* and *base_job_template*, or *from_file* or *from_block*."""

    name: str | None
    type: str | None
    description: str | None
    concurrency_limit: int | None
    paused: bool
    base_job_template: Path | None
    from_file: Path | None
    from_block: str | None
    server: str
    dry_run: bool

    @property
    def is_from_block(self) -> bool:
        return self.from_file is not None or self.from_block is not None

    def __post_init__(self) -> None:
        if self.from_file is not None and self.from_block is not None:
            raise UsageError(
                "`--from-file` and `--from-block` cannot be combined.", hint="Use one or the other."
            )
        if self.is_from_block and (self.type is not None or self.base_job_template is not None):
            raise UsageError(
                "`--type` and `--base-job-template` cannot be combined with a block.",
                hint="Both follow from the block.",
            )
        if self.server and self.from_block is None:
            raise UsageError(
                "`--from-server` requires `--from-block TYPE/NAME`.",
                hint="Add `--from-block`, for example `--from-block kubernetes-job/prod`.",
            )
        if self.name is None and not self.is_from_block:
            raise UsageError(
                "Missing argument 'NAME'.", hint="Run `syntask work-pool create --help` for usage."
            )


@click.command("create")
@collected("arguments", CreateArguments, _OPTIONS)
@pass_context
def command(context: Context, /, *, arguments: CreateArguments) -> None:
    """Create the work pool NAME. By default it gets the base job template of its type.

    With --from-block or --from-file, the pool gets the type and the settings of an infrastructure block of
    Prefect 2, like a pool from `publish_as_work_pool`: the block's fields become defaults of job variables.
    NAME then defaults to the name of the block. An existing pool is never changed.
    """
    block = _block(context, arguments)
    pool = WorkPool(
        name=arguments.name or (block.name if block else ""),
        type=block.pool_type if block else arguments.type or DEFAULT_TYPE,
        description=arguments.description,
        base_job_template=read_template(arguments.base_job_template) if arguments.base_job_template else {},
        is_paused=arguments.paused,
        concurrency_limit=arguments.concurrency_limit,
    )
    if not pool.name:
        missing = "The block has no name." if block else "The name of the work pool is empty."
        raise UsageError(missing, hint="Name the work pool: `syntask work-pool create NAME …`.")
    with context.backend(creates=not arguments.dry_run) as backend:
        if block:
            pool = replace(pool, base_job_template=template_of(block, pool, backend))
        if arguments.dry_run:
            print_json(pool.base_job_template or backend.pool_template(pool.type))
            return
        pool = replace(pool, base_job_template=with_ids(pool.base_job_template, backend))
        if block and is_there(pool, backend):
            say(f"The work pool `{pool.name}` is already there, with the same template.")
            return
        created = backend.create_pool(pool)
    show(check_portable(created))
    say(f"Created work pool `{created.name}` of type `{created.type}`.")


def _block(context: Context, arguments: CreateArguments) -> InfraBlock | None:
    from syntask_yaml.upgrade.block_pool import block_of_server, read_block

    if arguments.from_file is not None:
        return read_block(context.directory / arguments.from_file)
    if arguments.from_block is None:
        return None
    slug, _, name = arguments.from_block.partition("/")
    if not slug or not name:
        raise UsageError(
            f"`{arguments.from_block}` is not TYPE/NAME.", hint="For example `kubernetes-job/prod`."
        )
    with old_server(context, arguments.server) as server:
        assert server is not None
        found = server.block(slug, name)
        if found is None:
            raise NotFound(f"{server.url} has no block `{slug}/{name}`.", hint="Check the type and the name.")
        return block_of_server(found, server.url)


def template_of(block: InfraBlock, pool: WorkPool, backend: Backend) -> Mapping[str, Json]:
    """Return the template for a block on *backend*; diagnostics go to standard error."""
    from syntask_yaml.project.dialect import Dialect
    from syntask_yaml.upgrade.block_pool import pool_of_block

    dialect = Dialect.SYNTASK if backend.features.has_own_worker else Dialect.PREFECT
    made = pool_of_block(block, pool.name, backend.pool_template(pool.type), dialect=dialect)
    show(made.problems)
    for need in made.blocks:
        if backend.block(need.type, need.name) is None:
            how = need.command or "in the UI of the server"
            say(f"The template refers to the block {need.type}/{need.name}. Create it: {how}")
    return made.template


def with_ids(template: Mapping[str, Json], backend: Backend) -> Mapping[str, Json]:
    """Return *template* with the ids of blocks on *backend*. Raises NotFound for a missing block."""
    from syntask_yaml.upgrade.draft import BlockNeed
    from syntask_yaml.upgrade.templates.references import with_block_ids

    def find_id(type: str, name: str) -> str:
        block = backend.block(type, name)
        if block is None or block.id is None:
            command = BlockNeed(type, name).command
            hint = f"Create it with `{command}`." if command else "Create it in the UI of the server."
            raise NotFound(f"The backend has no block `{type}/{name}`, which the template uses.", hint=hint)
        return block.id

    return with_block_ids(template, find_id)


def is_there(pool: WorkPool, backend: Backend) -> bool:
    """Return whether *backend* has this pool. If it differs, print the diff and raise BackendConflict."""
    from syntask_yaml.document.editor import difference
    from syntask_yaml.upgrade.templates.secret_values import shown_template

    found = next((each for each in backend.pools() if each.name == pool.name), None)
    if found is None:
        return False
    if (found.type, found.base_job_template) == (pool.type, pool.base_job_template):
        return True
    texts = [
        json.dumps({"type": each.type, **shown_template(each.base_job_template)}, indent=2, sort_keys=True)
        for each in (found, pool)
    ]
    click.echo(difference(f"{texts[0]}\n", f"{texts[1]}\n", file=f"work pool {pool.name}"), nl=False)
    raise BackendConflict(
        f"A work pool `{pool.name}` already exists and differs. It was not changed.",
        hint="Choose another name, or change it with `syntask work-pool update --base-job-template FILE`.",
    )


def read_template(path: Path) -> dict[str, Any]:
    """Return the base job template in a JSON file. Raises UsageError."""
    try:
        template = read_json(read_given(path))
    except OSError as error:
        raise UsageError(f"Cannot read `{path}`: {error.strerror or error}.") from error
    except ValueError as error:
        raise UsageError(f"`{path}` is not JSON: {error}.") from error
    if problem := template_problem(template):
        raise UsageError(f"`{path}` is not a job template: {problem}.")
    return dict(template)
