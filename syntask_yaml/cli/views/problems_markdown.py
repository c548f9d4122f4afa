"""Problems as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syntask_yaml.cli.views.diagnostics import causes, with_deployments
from syntask_yaml.cli.views.markdown import code, prose, table
from syntask_yaml.diagnostics import Diagnostic, Severity

_ORDER = tuple(Severity)


def problem_lines(problems: Sequence[Diagnostic]) -> Iterator[str]:
    """A table of *problems*, errors first, those with one cause once; nothing where there are none."""
    found = sorted(causes(problems), key=lambda each: _ORDER.index(each.severity))
    if found:
        yield from table(("", "Problem", "Where", "What to do"), map(_row, found))


def _row(problem: Diagnostic) -> tuple[str, ...]:
    where = code(str(problem.span)) if problem.span else ""
    what = f"{prose(with_deployments(problem))} ({code(problem.code)})"
    return problem.severity.value, what, where, prose(problem.hint)
