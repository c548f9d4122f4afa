"""Global options, which each command accepts too: they mean the same before and after the command."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

from syntask_yaml.cli.completion import complete_target
from syntask_yaml.cli.context import Context


class _GlobalOption(NamedTuple):
    """The *names* of an option, its help, and the function that applies its value to a context."""

    names: tuple[str, ...]
    about: str
    applied: Callable[[Context, Any], Context]
    settings: Mapping[str, Any] = MappingProxyType({})

    def added_to(self, taken: set[str], *, is_hidden: bool) -> click.Option:
        """Return the option for a command whose own options are called *taken*."""
        return click.Option(
            [name for name in self.names if name not in taken],
            help=self.about,
            hidden=is_hidden,
            expose_value=False,
            callback=self._keep,
            **self.settings,
        )

    def _keep(self, ctx: click.Context, option: click.Parameter, value: Any) -> None:
        if value and (_is_typed(ctx, option) or not _is_typed_before(ctx, option)):
            ctx.obj = self.applied(ctx.find_object(Context) or ctx.obj, value)


def _is_typed(ctx: click.Context, option: click.Parameter) -> bool:
    return ctx.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE


def _is_typed_before(ctx: click.Context, option: click.Parameter) -> bool:
    """Return whether *option* was typed before the command, which has priority over the environment."""
    return ctx.parent is not None and (
        any(
            _is_typed(ctx.parent, each)
            for each in ctx.parent.command.params
            if not set(each.opts).isdisjoint(option.opts)
        )
        or _is_typed_before(ctx.parent, option)
    )


def color_setting(choice: str, environ: Mapping[str, str]) -> bool | None:
    """Return whether to use colors; None if that depends on each stream."""
    if choice == "auto":
        return False if environ.get("NO_COLOR") else None
    return choice == "always"


def _with_color(context: Context, choice: str) -> Context:
    click.get_current_context().color = color_setting(choice, os.environ)
    return context


def only_file(files: Sequence[Path], *, is_typed: bool = True) -> Path | None:
    """Return the project file, which may be given once, before or after the command; None without one.

    If not *is_typed*, *files* come from the environment, and the command line may override them. Raises
    UsageError.
    """
    typed: list[Path] = click.get_current_context().meta.setdefault(_FILES, [])
    named = [*typed, *files]
    if len(named) > 1:
        shown = " and ".join(f"`{file}`" for file in named)
        raise click.UsageError(f"`--file` can be passed only once, and was passed for {shown}.")
    typed += files if is_typed else ()
    return next(iter(files), None)


def _with_file(context: Context, files: Sequence[Path]) -> Context:
    source = click.get_current_context().get_parameter_source(_FILE_NAME)
    return context._replace(file=only_file(files, is_typed=source is ParameterSource.COMMANDLINE))


def typed_file() -> Path | None:
    """Return the project file of `--file`; None if only the environment sets one."""
    typed: list[Path] = click.get_current_context().meta.get(_FILES, [])
    return next(iter(typed), None)


_TARGET = "--target"
_FILE_NAME = "project_file"
_FILES = f"{__name__}.files"
_FILE = {"type": click.Path(path_type=Path), "metavar": "PATH", "multiple": True}
_DIRECTORY = {"type": click.Path(path_type=Path, exists=True, file_okay=False), "metavar": "DIR"}
_OPTIONS = (
    _GlobalOption(
        (_TARGET, "-t"),
        "Target of the project, such as prod.",
        lambda context, name: context._replace(target=name),
        {"metavar": "NAME", "shell_complete": complete_target},
    ),
    _GlobalOption(
        ("--backend",),
        "Backend, as for `syntask` itself.",
        lambda context, url: context._replace(backend_url=url),
        {"metavar": "URL"},
    ),
    # `deployment export` has its own parameter `file`.
    _GlobalOption(("--file", "-f", _FILE_NAME), "Project file.", _with_file, _FILE),
    _GlobalOption(
        ("-C",), "Run as if started in DIR.", lambda context, folder: context.moved_to(folder), _DIRECTORY
    ),
    _GlobalOption(
        ("--verbose", "-v"),
        "Show more output; repeat for all output.",
        lambda context, count: context._replace(verbosity=count),
        {"count": True},
    ),
    _GlobalOption(
        ("--quiet", "-q"),
        "Show only problems.",
        lambda context, _: context._replace(verbosity=-1),
        {"is_flag": True},
    ),
    _GlobalOption(
        ("--no-prompt",),
        "Disable prompts; report missing options instead.",
        lambda context, _: context._replace(may_prompt=False),
        {"is_flag": True},
    ),
    _GlobalOption(
        ("--color",),
        "When to use colors in output.",
        _with_color,
        {"type": click.Choice(["auto", "always", "never"])},
    ),
)


def add_global_options(command: click.Command, *, shows_target: bool) -> None:
    """Add the global options to *command*, except those that it has itself."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            add_global_options(inner, shows_target=shows_target)
    taken = {name for each in command.params for name in each.opts}
    for option in _OPTIONS:
        if option.names[0] not in taken:
            is_hidden = option.names[0] != _TARGET or not shows_target
            command.params.append(option.added_to(taken, is_hidden=is_hidden))
