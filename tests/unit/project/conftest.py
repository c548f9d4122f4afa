"""What is said of a project file, in each dialect, and what the schema of editors has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.assets import asset
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


EDITOR: dict[str, Any] = json.loads(asset("schemas/editor.schema.json").read_text(encoding="utf-8"))


def schemas(part: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a schema that says what a value is."""
    if isinstance(part, dict):
        yield part
        for word, value in part.items():
            if word in ("properties", "patternProperties", "$defs"):
                for each in value.values():
                    yield from schemas(each)
            elif word in ("anyOf", "items", "additionalProperties"):
                for each in value if isinstance(value, list) else [value]:
                    yield from schemas(each)


def keys() -> Iterator[tuple[str, dict[str, Any]]]:
    for part in schemas(EDITOR):
        yield from part.get("properties", {}).items()
