"""Work pools whose template or type is odd."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.operations.resources.prepare import prepare_resources
from syntask_yaml.project.flows import FlowReader


@pytest.fixture(name="backend")
def _backend(tmp_path: Path) -> Iterator[EmbeddedBackend]:
    backend = EmbeddedBackend.open(tmp_path / "syntask.db")
    yield backend
    backend.close()


def _problems(backend: EmbeddedBackend, root: Path, pool: Any) -> Sequence[Diagnostic]:
    project = {"name": "shop", "resources": {"work_pools": {"shop": pool}}}
    (root / "syntask.yaml").write_text(json.dumps(project), encoding="utf-8")
    opened = open_project(ProjectLocation(directory=root))
    context = DeployContext(opened, backend, FlowReader(root), {})
    [prepared] = prepare_resources(replace(context, with_resources=True))
    return prepared.diagnostics


@pytest.mark.parametrize(
    "variable", [{"type": "strin"}, {"$ref": "#/definitions/T"}, {"$ref": "https://schemas.example/x.json"}]
)
def test_variables_that_cannot_be_checked_are_named(
    backend: EmbeddedBackend, tmp_path: Path, variable: Any
) -> None:
    """Their values would pass in silence, whatever they are."""
    template = {
        "job_configuration": {"x": "{{ x }}", "y": "{{ y }}"},
        "variables": {"properties": {"x": variable, "y": {"type": "string"}}},
    }

    [problem] = _problems(backend, tmp_path, {"type": "process", "base_job_template": template})

    assert (problem.code, problem.is_error) == ("wrong-value", False)
    assert problem.detail == "Values of the job variable `x` are not checked: its JSON Schema cannot be used."


def test_variables_of_a_whole_schema_pass(backend: EmbeddedBackend, tmp_path: Path) -> None:
    template = {
        "job_configuration": {"x": "{{ x }}"},
        "variables": {"properties": {"x": {"$ref": "#/$defs/T"}}, "$defs": {"T": {"type": "string"}}},
    }

    assert not _problems(backend, tmp_path, {"type": "process", "base_job_template": template})


@pytest.mark.parametrize(
    ("written", "reason", "hint"),
    [
        (b"{", "Expecting property name", "Write it as `syntask work-pool get-default-template` prints one."),
        (b"\xff\xfe{", "it is not UTF-8 text", "Write it as `syntask work-pool get-default-template`"),
        (None, "No such file or directory", "The path is relative to the project file."),
    ],
)
def test_a_file_that_is_no_template_is_told_why(
    backend: EmbeddedBackend, tmp_path: Path, written: bytes | None, reason: str, hint: str
) -> None:
    if written is not None:
        (tmp_path / "pool.json").write_bytes(written)

    [problem] = _problems(backend, tmp_path, {"type": "process", "base_job_template": "pool.json"})

    assert problem.detail.startswith(f"The base job template `pool.json` cannot be read: {reason}")
    assert problem.hint.startswith(hint)


def test_a_slip_in_the_type_is_seen(backend: EmbeddedBackend, tmp_path: Path) -> None:
    [problem] = _problems(backend, tmp_path, {"type": "proces"})

    assert (problem.code, problem.hint) == ("unserved-work-pool", "Did you mean `process`?")
