"""Run a program for a step, and show its output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from syntask_yaml import processes
from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import ProcessFailed, StepContext, StepStopped

_TAIL = 20


def run_program(
    argv: Sequence[str],
    context: StepContext,
    *,
    directory: Path | None = None,
    env: Mapping[str, str] | None = None,
    shows: bool = True,
    input: bytes = b"",
    wants_reply: bool = False,
) -> processes.Finished:
    """Run a program in *directory* with *env*, by default those of *context*. Any exit code is returned.

    *shows*: whether to show its output; other arguments are those of `processes.run`. Raises StepStopped if
    it was stopped, and StepFailed if it cannot be started.
    """
    directory = directory or context.directory
    if not directory.is_dir():
        raise StepFailed(f"The directory `{directory}` to run `{argv[0]}` in does not exist.")
    try:
        finished = processes.run(
            argv,
            cwd=directory,
            env=context.environ if env is None else env,
            on_line=_shown(context) if shows else _not_shown,
            stop=context.stop,
            input=input,
            wants_reply=wants_reply,
        )
    except FileNotFoundError as error:
        hint = "Install it, or fix its name."
        raise StepFailed(f"The program `{argv[0]}` was not found.", hint=hint) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StepFailed(f"Cannot start `{argv[0]}`: {reason}.") from error
    if finished.is_stopped:
        raise StepStopped(f"`{argv[0]}` was stopped.")
    return finished


def check_exit(what: str, finished: processes.Finished) -> None:
    """Raise ProcessFailed, with the end of the output, unless the program exited with 0."""
    if finished.code == 0:
        return
    message = [f"{what} {_ended(finished.code)}."]
    for name, text in (("stderr", finished.stderr), ("stdout", finished.stdout)):
        if lines := text.strip().splitlines()[-_TAIL:]:
            message.append(f"Its {name} ends with:")
            message += (f"    {line}" for line in lines)
    raise ProcessFailed("\n".join(message), exit_code=finished.code)


def _ended(code: int) -> str:
    return f"exited with code {code}" if code > 0 else f"was killed by signal {-code}"


def _shown(context: StepContext) -> processes.OnLine:
    return lambda line, is_error: (context.write_error if is_error else context.write)(line)


def _not_shown(_line: str, _is_error: bool) -> None:
    pass
