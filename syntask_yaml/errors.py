"""The exceptions of this package.

    SyntaskError                 exit 1    a problem was found, or something failed
    ├── ProjectInvalid                     the project has problems, each with a location
    ├── NotFound                           a name refers to nothing that exists
    ├── FileFailed                         a file cannot be read or written
    ├── EditRefused                        a file cannot be edited without changing something else
    ├── StepFailed                         a build, push or pull step failed (see `steps.base`)
    ├── ParametersInvalid                  a flow does not accept the parameters of a run
    ├── PlanStale                          a saved plan no longer fits
    ├── PruneRefused                       more would be deleted than is allowed
    ├── BackendError                       the backend could not complete a request
    │   ├── BackendUnreachable             no response, or not the response of a backend
    │   ├── BackendRefused                 the backend rejected a request
    │   └── BackendConflict                an object already exists, or has changed
    ├── UsageError               exit 64   the command line is not valid
    └── Interrupted              exit 130  the command was interrupted with Ctrl-C

Any other exception that reaches the command line is a bug in syntask: exit 70, with a report file.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:  # every script that calls a flow loads this module
    from syntask_yaml.diagnostics import Diagnostic
    from syntask_yaml.source import Span


class SyntaskError(Exception):
    """An expected problem: *detail* says what is wrong and why, *hint* says what to do."""

    code: ClassVar[str] = "failed"
    exit_code: ClassVar[int] = 1

    def __init__(self, detail: str, *, hint: str = "", span: Span | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint
        self.span = span

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        from syntask_yaml.diagnostics import Diagnostic

        return (Diagnostic(self.code, self.detail, self.hint, span=self.span),)


class ProjectInvalid(SyntaskError):
    """The project has problems, each with a location. The diagnostics may include warnings."""

    code = "project-invalid"

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        reasons = [each for each in diagnostics if each.is_error] or diagnostics
        super().__init__("; ".join(dict.fromkeys(each.detail for each in reasons)))
        self._diagnostics = tuple(diagnostics)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self._diagnostics


class NotFound(SyntaskError):
    """A name refers to nothing that exists: a file, a deployment, a pool, a run."""

    code = "not-found"


class FileFailed(SyntaskError):
    """A file cannot be read or written."""

    code = "file-failed"

    @classmethod
    def unwritten(cls, path: object, error: OSError) -> FileFailed:
        """Return the error for a failed write of *path*, with a hint for *error*."""
        return cls(f"Cannot write `{path}`: {error.strerror or error}.", hint=remedy(error))


# Hints for errors of the operating system, by error number.
_FREE_SPACE = "Free some space and try again."
_PERMIT = "Check the owner and the permissions of the file and of its directory."
_REMEDIES = {
    errno.ENOSPC: _FREE_SPACE,
    errno.EDQUOT: _FREE_SPACE,
    errno.EACCES: _PERMIT,
    errno.EPERM: _PERMIT,
    errno.EROFS: "Its disk is read-only: use a path on another one.",
    errno.ENOENT: "Check the path, and that its directory exists.",
}


def remedy(error: OSError) -> str:
    """Return a sentence about how to fix *error*; an empty text if there is no common fix."""
    return _REMEDIES.get(error.errno or 0, "")


class EditRefused(SyntaskError):
    """A file cannot be edited without changing something else."""

    code = "edit-refused"


class StepFailed(SyntaskError):
    """A build, push or pull step failed."""

    code = "step-failed"


class ParametersInvalid(SyntaskError):
    """A flow does not accept the parameters of a run."""

    code = "wrong-parameter"


class PlanStale(SyntaskError):
    """A saved plan is out of date: the project or the backend has changed."""

    code = "plan-stale"


class PruneRefused(SyntaskError):
    """More would be deleted than is allowed."""

    code = "prune-refused"


class BackendError(SyntaskError):
    """The backend could not complete a request.

    *may_pass*: nothing was written, and the same request may succeed later, as with a lock or a full disk.
    """

    code = "backend-failed"
    may_pass = False


class BackendUnreachable(BackendError):
    """No response, or not the response of a backend."""

    code = "backend-unreachable"
    _because: BackendUnreachable | None = None

    @property
    def of_the_rest(self) -> BackendUnreachable:
        """The error for the remaining requests, which are not attempted."""
        because = self._because or self
        detail = f"Not attempted, because the server stopped responding: {because.detail}"
        error = BackendUnreachable(detail, hint=because.hint)
        error._because = because
        return error


class BackendRefused(BackendError):
    """The backend rejected a request; *field* is the invalid part of it, if known."""

    code = "backend-refused"

    def __init__(self, detail: str, *, hint: str = "", span: Span | None = None, field: str = "") -> None:
        super().__init__(detail, hint=hint, span=span)
        self.field = field


class BackendConflict(BackendError):
    """An object already exists, or has changed since it was read."""

    code = "backend-conflict"


class UsageError(SyntaskError):
    """The command line is not valid."""

    code = "usage"
    exit_code = 64


class Interrupted(SyntaskError):
    """The command was interrupted with Ctrl-C."""

    code = "interrupted"
    exit_code = 130
