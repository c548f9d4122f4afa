"""Convert failures of a call to Python exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import ProjectInvalid, SyntaskError

if TYPE_CHECKING:
    from syntask_yaml.operations.outcome import Outcome

P = ParamSpec("P")
R = TypeVar("R")

# What to do where that is another thing than in a file or on the command line.
_HINTS: Mapping[str, str] = {
    "no-work-pool": "Pass `work_pool_name=`.",
    "no-pull": "Pass `image=`, or load the flow from where workers can reach it with `flow.from_source(…)`.",
}
# The same, by the option that a hint names and a call does not have.
_OPTIONS: Mapping[str, str] = {
    "--take-over": "Give the deployment another name, or deploy it with its project."
}


class DeployError(SyntaskError):
    """A step of a deployment failed, or the backend did not take it; *outcome* says what became of each."""

    code = "deploy-failed"

    def __init__(self, outcome: Outcome) -> None:
        failed = [each for each in outcome.results if each.error]
        super().__init__("; ".join(f"`{each.deployment}`: {each.error}" for each in failed))
        self.outcome = outcome


def explained(call: Callable[P, R]) -> Callable[P, R]:
    """Let an error of *call* say in a traceback what a command says, without the frames inside of *call*."""

    @wraps(call)
    def calling(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except SyntaskError as error:
            raise _explained(error) from None

    @wraps(call)
    async def acalling(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return await call(*args, **kwargs)  # type: ignore[misc]  # it is a coroutine function
        except SyntaskError as error:
            raise _explained(error) from None

    return acalling if iscoroutinefunction(call) else calling  # type: ignore[return-value]


def _explained(error: SyntaskError) -> SyntaskError:
    if isinstance(error, ProjectInvalid):
        problems = in_words_of_python(error.diagnostics)
        return _with_notes(ProjectInvalid(problems), problems)
    error.hint = _hint(error.code, error.hint)
    noted = _with_notes(error, error.diagnostics if error.hint else ())
    return noted.with_traceback(None)


def in_words_of_python(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return *problems* with what to do about them in a call."""
    return [replace(each, hint=_hint(each.code, each.hint)) for each in problems]


def _hint(code: str, hint: str) -> str:
    return next((ours for option, ours in _OPTIONS.items() if option in hint), _HINTS.get(code, hint))


def _with_notes(error: SyntaskError, problems: Sequence[Diagnostic]) -> SyntaskError:
    """Add place and help, below the detail of each problem where the message is not that of a single one."""
    import click  # only errors need it, and flow code is not to wait for it

    from syntask_yaml.cli.views.diagnostics import by_cause, lines

    for problem, *others in by_cause(problems):
        noted = replace(problem, detail="") if problem.detail == str(error) else problem
        for line in lines(noted, others):
            error.add_note(click.unstyle(line))
    return error
