"""Problems as values: which of them are said, and in which order."""

from __future__ import annotations

from dataclasses import replace

from syntask_yaml.diagnostics import Diagnostic, Severity, errors_first
from syntask_yaml.errors import ProjectInvalid


def test_errors_come_before_the_warnings_that_say_something_else() -> None:
    error = Diagnostic("missing-key", "A deployment requires `name`.", path=("deployments", 0))
    same, other = error.as_warning(), replace(error, code="obsolete-key").as_warning()
    note = replace(other, severity=Severity.NOTE)
    assert errors_first([error], [note, other, same, error]) == [error, other]
    assert errors_first([error], []) == [error]
    assert str(ProjectInvalid([error, replace(other, detail="Else.")])) == "A deployment requires `name`."
    assert str(ProjectInvalid([replace(other, detail="Else.")])) == "Else."
