"""A slip of the pen in what is needed is never lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syntask_yaml.document.reader import read_bytes
from syntask_yaml.model.builtin import BUILTINS
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.load import load_project
from syntask_yaml.project.schema import project_schema

NEEDED = [
    (step.full_name(), name)
    for step in BUILTINS.values()
    for name in project_schema()["$defs"][f"step_{step.name}"].get("required", ())
]


@pytest.mark.parametrize(("step", "name"), NEEDED)
def test_an_input_that_is_needed(tmp_path: Path, step: str, name: str) -> None:
    """One message: that the slip is unknown, or, of steps that take more than is listed, what is missing."""
    others = {each: "x" for of, each in NEEDED if of == step and each != name}
    sound = {**others, **({"credentials": {"connection_string": "x"}} if "credentials" in others else {})}
    content = {"name": "p", "pull": [{step: {**sound, f"{name}s": "x"}}], "deployments": []}
    document = read_bytes(json.dumps(content, indent=1).encode(), "syntask.yaml")
    project = load_project(document, tmp_path, dialect=Dialect.SYNTASK, strict=False)

    (problem,) = project.diagnostics
    assert problem.is_error
    assert problem.code in ("unknown-input", "missing-input")
    assert f"`{name}`" in problem.detail + problem.hint


@pytest.mark.parametrize(("slip", "key"), [("crom", "cron"), ("intervall", "interval"), ("rule", "rrule")])
def test_the_timing_of_a_schedule(tmp_path: Path, slip: str, key: str) -> None:
    """One message, that the slip is unknown; without a slip, that something is missing."""

    def problems(schedule: dict[str, object]) -> list[str]:
        entry = {"name": "a", "entrypoint": "flows.py:f", "schedules": [schedule]}
        document = read_bytes(json.dumps({"deployments": [entry]}).encode(), "syntask.yaml")
        project = load_project(document, tmp_path, dialect=Dialect.SYNTASK, strict=False)
        return [f"{each.code}: {each.hint}" for each in project.diagnostics]

    assert problems({slip: "x"}) == [f"unknown-key: Did you mean `{key}`?"]
    assert [each.partition(":")[0] for each in problems({key: None})] == ["missing-key"]
    assert [each.partition(":")[0] for each in problems({"timezone": "UTC"})] == ["missing-key"]
