"""The problems found while a text is read."""

from __future__ import annotations

import re

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import token
from syntask_yaml.model.value import MAX_DEPTH
from syntask_yaml.source import Source, Span

# The detail and the hint of `too-deep`.
TOO_DEEP = (
    f"Values are nested more than {MAX_DEPTH} levels deep here.",
    "Check that this is the right file.",
)
_TAG = re.compile(r"!\S*")


class Fatal(Exception):
    """A problem after which reading cannot continue."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class Problems:
    """The problems of one source, in order of occurrence. Positions are indexes of its text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []

    def report(self, code: str, detail: str, hint: str, start: int) -> None:
        """Report a problem with the value at *start*."""
        self.found.append(self._problem(code, detail, hint, start))

    def warn(self, code: str, detail: str, hint: str, start: int) -> None:
        """Warn of a probable mistake, or of a difference to other readers."""
        self.found.append(self._problem(code, detail, hint, start).as_warning())

    def fatal(self, code: str, detail: str, hint: str, start: int) -> Fatal:
        """Return the problem as an exception to raise."""
        return Fatal(self._problem(code, detail, hint, start))

    def report_tag(self, tag: str, start: int) -> None:
        """Report that the *tag* of the value at *start* is not supported."""
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        detail = (
            f"The tag `{shown}` has no meaning in a project file: values are plain text, numbers, "
            "true or false, null, lists and mappings."
        )
        written = _TAG.search(self.source.text, start)
        span = token(self.source, start) if written is None else Span(self.source, *written.span())
        self.found.append(Diagnostic("unsupported-tag", detail, "Remove the tag.", span=span))

    def _problem(self, code: str, detail: str, hint: str, start: int) -> Diagnostic:
        return Diagnostic(code, detail, hint, span=token(self.source, start))
