"""What is said of a project file, in each dialect."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.reader import read_bytes
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.load import load_project

DIALECTS = pytest.mark.parametrize("dialect", Dialect)


def problems_of(entry: str, dialect: Dialect, top: str = "") -> tuple[Diagnostic, ...]:
    text = f"{top}deployments:\n- name: d\n  entrypoint: f.py:f\n  {entry}\n"
    return load_project(read_bytes(text.encode(), "f.yaml"), Path(), dialect=dialect).diagnostics


def hints_of(entry: str, dialect: Dialect = Dialect.PREFECT, top: str = "") -> list[str]:
    return [problem.hint for problem in problems_of(entry, dialect, top)]
