"""What is exported plans to no change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.writer import to_yaml
from syntask_yaml.errors import UsageError
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.operations.choose import Selection
from syntask_yaml.operations.export import export
from syntask_yaml.operations.plan import Planned, Request, make_plan
from syntask_yaml.operations.prepare import Knowledge
from syntask_yaml.operations.project import ProjectPlace, open_project
from syntask_yaml.plan.changes import Action
from syntask_yaml.project.flows import FlowReader
from tests.support.deployments import FLOWS, POOL, deployments

# A pool that takes any job variable.
FREE: dict[str, Any] = {"job_configuration": {}, "variables": {"type": "object", "properties": {}}}
ENVIRON = {"HOME": "/home/somebody"}


def backend_with(wanted: Sequence[Deployment], folder: Path) -> Backend:
    """A backend that has *wanted*, each with the parameter schema of its flow."""
    (folder / "flows.py").write_text(FLOWS, encoding="utf-8")
    reader = FlowReader(folder)
    backend = EmbeddedBackend.open(folder / "store" / "syntask.db")
    backend.create_pool(WorkPool(name=POOL, type="process", base_job_template=FREE))
    whole = [
        replace(each, parameter_schema=reader.read(each.entrypoint or "").parameter_schema) for each in wanted
    ]
    assert [None] * len(whole) == [
        written.error and written.error.detail
        for written in backend.write([Write(None, one) for one in whole])
    ]
    return backend


def exported_to(folder: Path, backend: Backend, *patterns: str) -> tuple[Diagnostic, ...]:
    found = export(backend, patterns, environ=ENVIRON)
    (folder / "syntask.yaml").write_text(to_yaml(found.content), encoding="utf-8")
    return found.diagnostics


def planned(folder: Path, backend: Backend) -> Planned:
    project = open_project(ProjectPlace(directory=folder))
    knowledge = Knowledge(project=project, backend=backend, reader=FlowReader(folder), environ=ENVIRON)
    return make_plan(knowledge, Request(selection=Selection(all=True)))


@given(
    wanted=st.sampled_from([None, "etl"]).flatmap(
        lambda project: st.lists(
            deployments(project=project), min_size=1, max_size=3, unique_by=lambda each: each.full_name
        )
    )
)
@settings(max_examples=100, deadline=None)
def test_export_then_plan_is_empty(wanted: list[Deployment]) -> None:
    """For every field, whatever it holds."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        backend = backend_with(wanted, folder)
        assert exported_to(folder, backend) == ()

        changes = planned(folder, backend).plan.changes
        backend.close()

        assert [(each.action, each.fields) for each in changes] == [(Action.UNCHANGED, ())] * len(wanted)


SIMPLE = Deployment(flow="first", name="one", entrypoint="flows.py:first", description="x", work_pool=POOL)


def test_secrets_in_clear_stay_out_of_the_file(tmp_path: Path) -> None:
    """The same secret is one block, another one another; references and templates stay."""
    steps = (
        {"syntask.deployments.steps.git_clone": {"repository": "r", "access_token": "hush-1"}},
        {"own.step": {"credentials": {"username": "me", "password": "hush-2", "token": "hush-1"}}},
        {"own.step": {"access_token": "{{ syntask.blocks.secret.mine }}"}},
    )
    wanted = replace(SIMPLE, pull_steps=steps, job_variables={"env": {"password": "hush-2"}})
    backend = backend_with([wanted], tmp_path)

    notes = exported_to(tmp_path, backend)

    text = (tmp_path / "syntask.yaml").read_text(encoding="utf-8")
    assert "hush" not in text
    assert "{{ syntask.blocks.secret.mine }}" in text
    assert [note.code for note in notes] == ["readable-secret"] * 2


def test_a_file_declares_one_project(tmp_path: Path) -> None:
    """Deployments of several owners are refused, and can be chosen by owner."""
    wanted = [replace(SIMPLE, name=name, project=name) for name in ("one", "two")]
    backend = backend_with(wanted, tmp_path)

    with pytest.raises(UsageError, match="`one`, `two`"):
        export(backend, (), environ=ENVIRON)
    assert export(backend, (), project="two", environ=ENVIRON).content["name"] == "two"
    assert export(backend, ("first/one",), environ=ENVIRON).content["name"] == "one"


def test_what_cannot_be_declared_is_left_out_and_said(tmp_path: Path) -> None:
    """A deployment that a process of its own serves has no pool."""
    backend = backend_with([SIMPLE, replace(SIMPLE, name="served", entrypoint="flows.py:first")], tmp_path)
    stored = backend.deployments(names=["first/served"])
    list(backend.write([Write(stored[0], replace(stored[0].deployment, work_pool=None))]))

    found = export(backend, (), environ=ENVIRON)

    assert [each["name"] for each in found.content["deployments"]] == ["one"]
    assert [note.code for note in found.diagnostics] == ["not-exported"]


def test_pull_steps_that_all_have_stand_above(tmp_path: Path) -> None:
    """Once, and the plan is empty all the same."""
    steps = ({"syntask.deployments.steps.set_working_directory": {"directory": "/srv"}},)
    backend = backend_with(
        [replace(SIMPLE, name=name, pull_steps=steps) for name in ("one", "two")], tmp_path
    )
    exported_to(tmp_path, backend)

    assert (tmp_path / "syntask.yaml").read_text(encoding="utf-8").count("/srv") == 1
    assert {each.action for each in planned(tmp_path, backend).plan.changes} == {Action.UNCHANGED}
