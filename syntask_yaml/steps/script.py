"""The step `run_shell_script`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from string import Template
from typing import Any

from syntask_yaml import processes
from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.declare import step
from syntask_yaml.steps.program import check_exit, run_program

# Shell syntax that people use by habit.
_OPERATORS = frozenset(["&&", "||", "|", ">", ">>", "<", ";", "&", "2>&1"])
_SHELL_COMMANDS = frozenset(["cd", "export", "source", ".", "if", "for", "while", "set", "unset"])
_USE_SHELL = (
    "Without a shell, each line runs as a separate process. Write `shell: true` to run the script in a shell."
)


@step("run_shell_script", outputs=("stdout", "stderr"), on_stock_workers=True)
def run_shell_script(
    context: StepContext,
    *,
    script: str,
    directory: str | None = None,
    env: Mapping[str, Any] | None = None,
    stream_output: bool = True,
    expand_env_vars: bool = False,
    shell: bool = False,
) -> Outputs:
    """Run a script. Each line runs as a separate process without a shell, unless `shell` is true.

    The first line that fails ends the script.

    Args:
        script: The commands to run. Example: `git rev-parse --short HEAD`.
        directory: The directory to run in. Default: the current directory. Example: `{{ clone.directory }}`.
        env: Environment variables, in addition to those that are set. Example: `{"LEVEL": "debug"}`.
        stream_output: Whether to show the output while the step runs. Example: `false`.
        expand_env_vars: Whether to expand `$NAME` and `${NAME}` in the script first. Example: `true`.
        shell: Whether to run the whole script in the system's shell. Example: `true`.
    """
    environ = {**context.environ, **dict(_texts(env or {}))}
    text = Template(script).safe_substitute(environ) if expand_env_vars else script
    where = context.directory / (directory or ".")
    finished = []
    for argv in [processes.in_shell(text)] if shell else list(_commands(text, context)):
        finished.append(_run(argv, context, directory=where, env=environ, shows=stream_output))
        check_exit("The script" if shell else f"`{argv[0]}`", finished[-1])
    return {
        "stdout": "".join(each.stdout for each in finished).strip(),
        "stderr": "".join(each.stderr for each in finished).strip(),
    }


def _run(argv: tuple[str, ...], context: StepContext, **options: Any) -> processes.Finished:
    try:
        return run_program(argv, context, **options)
    except StepFailed as error:
        if isinstance(error.__cause__, FileNotFoundError) and argv[0] in _SHELL_COMMANDS:
            raise StepFailed(error.detail, hint=_USE_SHELL) from error
        raise


def _commands(script: str, context: StepContext) -> Iterator[tuple[str, ...]]:
    for line in re.sub(r"\\\r?\n", " ", script).splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            for operator in _OPERATORS.intersection(shlex.split(line, posix=False)):
                context.write_error(f"`{operator}` has no special meaning here. {_USE_SHELL}")
            yield tuple(shlex.split(line))
        except ValueError as error:
            raise StepFailed(
                f"`{line.strip()}` cannot be split into words: {error}.", hint=_USE_SHELL
            ) from error


def _texts(env: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in env.items():
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            hint = f'Quote it: `{name}: "…"`.'
            raise StepFailed(f"The environment variable `{name}` is not text.", hint=hint)
        yield name, str(value)
