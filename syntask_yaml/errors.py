"""Everything that this package raises on purpose.

    SyntaskError                 exit 1    a problem was found, or something failed
    ├── ProjectInvalid                     the project has problems; each has a place
    ├── NotFound                           a name that stands for nothing
    ├── FileFailed                         a file cannot be read or written
    ├── EditRefused                        a file cannot be edited without changing something else
    ├── StepFailed                         a build, push or pull step did not succeed (see `steps.base`)
    ├── ParametersInvalid                  a flow cannot take the parameters of a run
    ├── PlanStale                          a saved plan no longer fits
    ├── PruneRefused                       more would be deleted than may be
    ├── BackendError                       the backend did not do what was asked
    │   ├── BackendUnreachable             no answer, or not the answer of a backend
    │   ├── BackendRefused                 the backend knows who asks, or what, and says no
    │   └── BackendConflict                what is to be made is there already, or has changed
    ├── UsageError               exit 64   the command line asks for something impossible
    └── Interrupted              exit 130  somebody pressed Ctrl-C

Whatever else arrives at the command line's edge is a bug in syntask: exit 70, with a report file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.source import Span


class SyntaskError(Exception):
    """A problem that was foreseen: *detail* says what is wrong and why, *hint* what to do."""

    code: ClassVar[str] = "failed"
    exit_code: ClassVar[int] = 1

    def __init__(self, detail: str, *, hint: str = "", span: Span | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint
        self.span = span

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return (Diagnostic(self.code, self.detail, self.hint, span=self.span),)


class ProjectInvalid(SyntaskError):
    """The project has problems; each has a place."""

    code = "project-invalid"

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("; ".join(diagnostic.detail for diagnostic in diagnostics))
        self._diagnostics = tuple(diagnostics)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self._diagnostics


class NotFound(SyntaskError):
    """A name that stands for nothing: a file, a deployment, a pool, a run."""

    code = "not-found"


class FileFailed(SyntaskError):
    """A file cannot be read or written."""

    code = "file-failed"


class EditRefused(SyntaskError):
    """A file cannot be edited without changing something else."""

    code = "edit-refused"


class StepFailed(SyntaskError):
    """A build, push or pull step did not succeed."""

    code = "step-failed"


class ParametersInvalid(SyntaskError):
    """A flow cannot take the parameters of a run."""

    code = "wrong-parameter"


class PlanStale(SyntaskError):
    """A saved plan no longer fits: the project or the backend changed since."""

    code = "plan-stale"


class PruneRefused(SyntaskError):
    """More would be deleted than may be."""

    code = "prune-refused"


class BackendError(SyntaskError):
    """The backend did not do what was asked.

    *may_pass*: nothing was written, and the same may succeed later, as with a lock or a full disk.
    """

    code = "backend-failed"
    may_pass = False


class BackendUnreachable(BackendError):
    """No answer, or not the answer of a backend."""

    code = "backend-unreachable"


class BackendRefused(BackendError):
    """The backend knows who asks, or what, and says no."""

    code = "backend-refused"


class BackendConflict(BackendError):
    """What is to be made is there already, or has changed since it was read."""

    code = "backend-conflict"


class UsageError(SyntaskError):
    """The command line asks for something impossible."""

    code = "usage"
    exit_code = 64


class Interrupted(SyntaskError):
    """Somebody pressed Ctrl-C."""

    code = "interrupted"
    exit_code = 130
