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

# Import only what every step needs: each step runs in a new process.
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
    """The environment of a list of steps.

    *directory* is where relative paths start; steps may change it for those after them.
    *write* prints a line of output, *write_error* a line of error output.
    *stop* is set when the command has to exit; long steps check it.
    *blocks* returns a block by its type and name, or None.
    *rebuild*: build again what was already built from the same inputs.
    """

    directory: Path
    environ: Mapping[str, str]
    write: Callable[[str], None] = _to_nobody
    write_error: Callable[[str], None] = _to_nobody
    stop: Flag = field(default_factory=Flag)
    blocks: BlockLookup = _no_blocks
    rebuild: bool = False


class Policy(NamedTuple):
    """Options for running the steps of a command.

    *in_process*: custom steps too run in this process, which is then theirs to change; otherwise each
    has a child process. *install_requirements*: what `requires` names is installed where it is missing.
    *allow_unset*: a name without a value is an empty text and a warning, as in the reference.
    """

    in_process: bool = False
    install_requirements: bool = False
    allow_unset: bool = False


PLAIN = Policy()


class StepFailedAt(StepFailed):
    """A *step*, which is at `step.path` in the project, failed.

    *lines* are the last lines of its output; *exit_code* is that of its process, if it had one.
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
    """A program of a step failed with *exit_code*."""

    def __init__(self, detail: str, *, exit_code: int, hint: str = "") -> None:
        super().__init__(detail, hint=hint)
        self.process_exit_code = exit_code


class StepStopped(StepFailed):
    """A step was interrupted, because the command has to exit."""
