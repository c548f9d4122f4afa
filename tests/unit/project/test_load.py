"""Real project files, where there are some: what Prefect's loader accepts is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from prefect.cli.deploy._models import PrefectYamlModel
from pydantic import ValidationError

from syntask_yaml.document.reader import read_file
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.load import Project, load_project


def is_accepted_by_prefect(file: Path) -> bool:
    try:
        PrefectYamlModel.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError, TypeError):
        return False
    return True


def opened(file: Path) -> Project:
    return load_project(read_file(file, name=file.name), file.parent, dialect=Dialect.PREFECT)


def test_what_prefect_accepts_is_accepted(corpus_file: Path) -> None:
    """Without an error; and what is refused has a place and a remedy."""
    if not corpus_file.parent.name.startswith("prefect_yaml"):
        pytest.skip(f"{corpus_file.parent.name} holds files of another kind")

    errors = opened(corpus_file).errors

    if is_accepted_by_prefect(corpus_file):
        assert [f"{error.span} {error.detail}" for error in errors] == []
    for error in errors:
        assert error.span is not None
        assert error.detail
        assert error.hint or error.code in ("wrong-type", "wrong-value"), error


def test_what_is_said_has_a_place_in_the_file(corpus_file: Path) -> None:
    """Every problem of every file, in both dialects, points at text of that file."""
    document = read_file(corpus_file, name=corpus_file.name)
    for dialect in Dialect:
        for problem in load_project(document, corpus_file.parent, dialect=dialect).diagnostics:
            assert problem.span is not None
            assert 0 <= problem.span.start <= problem.span.end <= len(document.source.text)
