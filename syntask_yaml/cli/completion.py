"""Shell completion of names, from the project and from the backend.

Completion runs while the user types: errors result in no completions, and nothing is created.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TypeAlias

import click

from syntask_yaml.cli.context import Context
from syntask_yaml.errors import SyntaskError

Complete: TypeAlias = Callable[[click.Context, click.Parameter, str], list[str]]

_MOST_RUNS = 50


def _completed(names: Callable[[Context, click.Context], Iterable[str]]) -> Complete:
    """Return a completion of the *names* that begin with the typed text."""

    def complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
        try:
            known = names(_context(ctx), ctx)
        except (SyntaskError, OSError):
            return []
        return [name for name in known if name.startswith(incomplete)]

    return complete


def _context(ctx: click.Context) -> Context:
    """Return the context of the global options: during completion, no command is called."""
    options = ctx.find_root().params
    return Context.of_options(
        os.environ,
        directory=options.get("directory"),
        file=next(iter(options.get("files") or ()), None),
        backend_url=options.get("backend"),
        target=options.get("target"),
        verbosity=-1,  # a note would appear in the command line
    )


def _declared(context: Context, _ctx: click.Context) -> Iterable[str]:
    """Return the names in the selected target, or in any; names with templates are left out."""
    from syntask_yaml.operations.project import read
    from syntask_yaml.template import is_template

    declared = read(context.location()).usual(context.target).declarations
    return [each.name for each in declared if each.name and not is_template(each.name)]


def _targets(context: Context, _ctx: click.Context) -> Iterable[str]:
    from syntask_yaml.operations.project import read

    return [each.name for each in read(context.location()).targets]


def _deployments(context: Context, _ctx: click.Context) -> Iterable[str]:
    with context.backend(creates=False) as backend:
        return [each.deployment.full_name for each in backend.deployments()]


def _parameters(context: Context, ctx: click.Context) -> Iterable[str]:
    """Return `KEY=` for each parameter of the deployment given before."""
    from syntask_yaml.operations.deployments import find_deployment

    # While an option lacks its value, click does not assign arguments.
    name = ctx.params.get("name") or next(iter(ctx.args), "")
    with context.backend(creates=False) as backend:
        deployment = find_deployment(backend, name).deployment
    properties = (deployment.parameter_schema or {}).get("properties")
    return [f"{name}=" for name in properties] if isinstance(properties, dict) else []


def _pools(context: Context, _ctx: click.Context) -> Iterable[str]:
    with context.backend(creates=False) as backend:
        return [pool.name for pool in backend.pools()]


def _queues(context: Context, ctx: click.Context) -> Iterable[str]:
    """Return the queues of the pool given before, or of all pools."""
    pool = ctx.params.get("pool") or ctx.params.get("work_pool")
    with context.backend(creates=False) as backend:
        return sorted({queue.name for queue in backend.queues() if pool in (None, queue.pool)})


def _variables(context: Context, _ctx: click.Context) -> Iterable[str]:
    with context.backend(creates=False) as backend:
        return [variable.name for variable in backend.variables()]


def _concurrency_limits(context: Context, _ctx: click.Context) -> Iterable[str]:
    with context.backend(creates=False) as backend:
        return [limit.name for limit in backend.concurrency_limits()]


def _block_types(context: Context, _ctx: click.Context) -> Iterable[str]:
    with context.backend(creates=False) as backend:
        return sorted({block.type for block in backend.blocks()})


def _blocks(context: Context, ctx: click.Context) -> Iterable[str]:
    with context.backend(creates=False) as backend:
        return [block.name for block in backend.blocks() if block.type == ctx.params.get("type")]


def _automations(context: Context, _ctx: click.Context) -> Iterable[str]:
    with context.backend(creates=False) as backend:
        return [each.automation.name for each in backend.automations()]


def _runs(context: Context, _ctx: click.Context) -> Iterable[str]:
    from syntask_yaml.backend.base import RunFilter

    with context.backend(creates=False) as backend:
        return [run.id for run in backend.runs(RunFilter(limit=_MOST_RUNS))]


def _recipes(_context: Context, _ctx: click.Context) -> Iterable[str]:
    from syntask_yaml.operations.init import recipes

    return recipes()


def _timezones(_context: Context, _ctx: click.Context) -> Iterable[str]:
    from syntask_yaml.model.timing import timezones

    return sorted(timezones())


complete_declared = _completed(_declared)
complete_deployment = _completed(_deployments)
complete_parameter = _completed(_parameters)
complete_pool = _completed(_pools)
complete_queue = _completed(_queues)
complete_target = _completed(_targets)
complete_concurrency_limit = _completed(_concurrency_limits)
complete_variable = _completed(_variables)
complete_block_type = _completed(_block_types)
complete_block = _completed(_blocks)
complete_automation = _completed(_automations)
complete_run = _completed(_runs)
complete_recipe = _completed(_recipes)
complete_timezone = _completed(_timezones)
