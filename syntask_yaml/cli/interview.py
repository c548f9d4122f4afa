"""The wizard on the command line: what it needs is looked up, it asks, and what was decided is done."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import click

from syntask_yaml.backend.base import Backend
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.views.output import say
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.operations.edit import as_they_would_be
from syntask_yaml.wizard.facts import Facts, Said
from syntask_yaml.wizard.file import save
from syntask_yaml.wizard.interview import DISCARD, Drafted, conduct
from syntask_yaml.wizard.next_steps import next_steps
from syntask_yaml.wizard.prompter import Refusal, TerminalPrompter
from syntask_yaml.wizard.questions import Asking
from syntask_yaml.wizard.survey import look

T = TypeVar("T")


def look_around(context: Context, backend: Backend, said: Said) -> Facts:
    """What the wizard knows before it asks."""
    return look(
        context.directory,
        context.file,
        backend,
        context.environ,
        now=datetime.now(UTC),
        said=said,
        default_pool=context.settings.default_pool,
    )


def answers_to(context: Context, interview: Callable[[], Asking[T]]) -> T:
    """What the answers to *interview* come to; nobody is asked where there is no terminal."""
    if not context.may_prompt:
        return conduct(interview, Refusal())
    is_colored = click.get_current_context().find_root().color is not False
    return conduct(interview, TerminalPrompter(_show, is_colored=is_colored))


def _show(line: str, color: str | None = None) -> None:
    click.echo(click.style(line, fg=color, dim=color is None), err=True)


def keep(drafted: Drafted, facts: Facts, backend: Backend) -> bool:
    """Save what was drafted, and make what it needs on the backend; False if it was discarded.

    The file comes first: it holds the answers.
    """
    if drafted.decision == DISCARD:
        if drafted.composed.problems:
            raise ProjectInvalid(as_they_would_be(drafted.composed.problems, facts.project.path.name))
        say("Nothing was saved, and nothing was deployed.")
        return False
    save(drafted.composed, drafted.draft, facts.project)
    say(f"Saved {drafted.draft.full_name} in `{facts.project.path.name}`.")
    draft = drafted.draft
    if draft.new_pool is not None:
        pool = backend.create_pool(draft.new_pool)
        say(f"Created work pool `{pool.name}` of type `{pool.type}`.")
    for block in draft.new_blocks:
        backend.create_block(block)
        say(f"Created block `{block.type}/{block.name}`.")
    return True


def say_next(drafted: Drafted, facts: Facts, *, is_deployed: bool) -> None:
    """Print what to do next, as commands to copy."""
    say("")
    say("Next:")
    for about, line in next_steps(drafted.draft, facts, program=_program(), is_deployed=is_deployed):
        say(f"  # {about}")
        click.echo(f"  {click.style(line, bold=True)}", err=True)


def _program() -> str:
    """`syntask`, with the global options that were typed and still matter."""
    root = click.get_current_context().find_root()
    typed = {
        parameter.name: (parameter, root.params.get(parameter.name or ""))
        for parameter in root.command.params
        if root.get_parameter_source(parameter.name or "") is click.core.ParameterSource.COMMANDLINE
    }
    kept = [typed[name] for name in ("files", "directory", "backend") if name in typed]
    values = [(parameter, value[0] if isinstance(value, tuple) else value) for parameter, value in kept]
    words = [word for parameter, value in values for word in (parameter.opts[-1], shlex.quote(str(value)))]
    return " ".join(["syntask", *words])
