"""The interface of step functions.

A step function takes its inputs by keyword and returns a mapping of outputs, or None. One whose first
parameter is called `context` is given a `StepContext` there. To fail with words of its own, and
without a traceback, it raises `errors.StepFailed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from syntask_yaml.errors import StepFailed

# What a step itself does not need is not loaded with it: each runs in a process that has just started.
if TYPE_CHECKING:
    from syntask_yaml.diagnostics import Diagnostic
    from syntask_yaml.model.step import Step
    from syntask_yaml.template.scope import BlockLookup

Outputs: TypeAlias = Mapping[str, Any]
StepFunction: TypeAlias = Callable[..., "Outputs | None"]


def _to_nobody(_line: str) -> None:
    pass


def _no_blocks(_type: str, _name: str) -> None:
    return None


@dataclass(slots=True)
class StepContext:
    """Where a list of steps runs.

    *directory* is where relative paths start; steps may change it for those after them.
    *write* takes a line of output for people, *write_error* one of error output.
    *stop* is set when the whole command is to end: long steps look at it.
    *blocks* looks a block up by its type and name; None if there is none.
    *rebuild*: what was made before of the same is made again.
    """

    directory: Path
    environ: Mapping[str, str]
    write: Callable[[str], None] = _to_nobody
    write_error: Callable[[str], None] = _to_nobody
    stop: Flag = field(default_factory=Flag)
    blocks: BlockLookup = _no_blocks
    rebuild: bool = False


class Policy(NamedTuple):
    """How the steps of a command run.

    *in_process*: custom steps too run in this process, which is then theirs to change; otherwise each
    has a child process. *install_requirements*: what `requires` names is installed where it is missing.
    *allow_unset*: a name without a value is an empty text and a warning, as in the reference.
    """

    in_process: bool = False
    install_requirements: bool = False
    allow_unset: bool = False


PLAIN = Policy()


class StepFailedAt(StepFailed):
    """*step*, which stands in the project at `step.path`, did not succeed.

    *lines* are the last that it wrote; *exit_code* is that of its process, where it had one.
    """

    def __init__(
        self,
        step: Step,
        detail: str,
        *,
        hint: str = "",
        lines: Sequence[str] = (),
        exit_code: int | None = None,
    ) -> None:
        super().__init__(detail, hint=hint)
        self.step = step
        self.lines = tuple(lines)
        self.process_exit_code = exit_code

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        from syntask_yaml.diagnostics import Diagnostic

        return (Diagnostic(self.code, self.detail, self.hint, span=self.span, path=self.step.path),)


class ProcessFailed(StepFailed):
    """A program that a step ran ended with *exit_code*, which is not 0."""

    def __init__(self, detail: str, *, exit_code: int, hint: str = "") -> None:
        super().__init__(detail, hint=hint)
        self.process_exit_code = exit_code


class StepStopped(StepFailed):
    """A step was ended before its end, because the whole command is to end."""
