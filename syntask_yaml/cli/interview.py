"""Run the wizard: gather its context, ask, and apply the answers."""

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
from syntask_yaml.wizard.context import GivenAnswers, InterviewContext
from syntask_yaml.wizard.file import save
from syntask_yaml.wizard.gather import gather_context
from syntask_yaml.wizard.interview import DISCARD, InterviewResult, run_interview
from syntask_yaml.wizard.next_steps import next_steps
from syntask_yaml.wizard.prompter import Refusal, TerminalPrompter
from syntask_yaml.wizard.questions import Interview

T = TypeVar("T")


def gather(context: Context, backend: Backend, given: GivenAnswers) -> InterviewContext:
    """Gather the context of the wizard."""
    return gather_context(
        context.directory,
        context.file,
        backend,
        context.environ,
        now=datetime.now(UTC),
        given=given,
        default_pool=context.settings.default_pool,
        target=context.target,
    )


def answers_to(context: Context, interview: Callable[[], Interview[T]]) -> T:
    """Run *interview* and return its result. Without a terminal, there are no prompts."""
    if not context.may_prompt:
        return run_interview(interview, Refusal())
    is_colored = click.get_current_context().find_root().color is not False
    return run_interview(interview, TerminalPrompter(_show, is_colored=is_colored))


def _show(line: str, color: str | None = None) -> None:
    click.echo(click.style(line, fg=color, dim=color is None), err=True)


def save_result(result: InterviewResult, context: InterviewContext, backend: Backend) -> bool:
    """Save the drafted deployment, and create its objects on the backend; False if it was discarded.

    The file is written first, as it contains the answers. Raises ProjectInvalid.
    """
    if result.decision == DISCARD:
        if result.composed.problems:
            raise ProjectInvalid(as_they_would_be(result.composed.problems, result.composed.name))
        say("Nothing was saved, and nothing was deployed.")
        return False
    save(result.composed, result.draft, context.project)
    say(f"Saved {result.draft.full_name} in `{result.composed.name}`.")
    draft = result.draft
    if draft.new_pool is not None:
        pool = backend.create_pool(draft.new_pool)
        say(f"Created work pool `{pool.name}` of type `{pool.type}`.")
    for block in draft.new_blocks:
        backend.create_block(block)
        say(f"Created block `{block.type}/{block.name}`.")
    return True


def print_next_steps(result: InterviewResult, *, is_deployed: bool) -> None:
    """Print the next steps as commands to copy."""
    say("")
    say("Next:")
    for about, line in next_steps(result.draft, program=_program(), is_deployed=is_deployed):
        say(f"  # {about}")
        click.echo(f"  {click.style(line, bold=True)}", err=True)


def _program() -> str:
    """Return `syntask` with the typed global options that still apply."""
    root = click.get_current_context().find_root()
    typed = {
        parameter.name: (parameter, root.params.get(parameter.name or ""))
        for parameter in root.command.params
        if root.get_parameter_source(parameter.name or "") is click.core.ParameterSource.COMMANDLINE
    }
    kept = [typed[name] for name in ("files", "directory", "target", "backend") if name in typed]
    values = [(parameter, value[0] if isinstance(value, tuple) else value) for parameter, value in kept]
    words = [word for parameter, value in values for word in (parameter.opts[-1], shlex.quote(str(value)))]
    return " ".join(["syntask", *words])
