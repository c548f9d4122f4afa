"""What was deployed plans to nothing, whatever a project holds."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.assets import asset
from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.document.writer import to_yaml
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.outcome import Outcome
from syntask_yaml.operations.plan import Planned, make_plan
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.plan.changes import Action
from syntask_yaml.project.flows import FlowReader
from tests.support.entries import ENVIRON, FIELDS, FLOWS, entries, projects

ALL = Request(selection=Selection(all=True))


def context_of(folder: Path, backend: Backend) -> DeployContext:
    project = open_project(ProjectLocation(directory=folder))
    return DeployContext(project=project, backend=backend, reader=FlowReader(folder), environ=ENVIRON)


def deployed(folder: Path, backend: Backend) -> Outcome:
    context = context_of(folder, backend)
    return deploy(context, ALL, options=DeployOptions(jobs=1), notify=lambda _event: None)


def planned(folder: Path, backend: Backend) -> Planned:
    return make_plan(context_of(folder, backend), ALL)


def test_the_generated_projects_have_every_key() -> None:
    schema = json.loads(asset("schemas/syntask.schema.json").read_text(encoding="utf-8"))

    assert set(schema["$defs"]["deployment"]["properties"]) == {"name", "entrypoint", "work_pool", *FIELDS}


@given(project=projects())
@settings(max_examples=60, deadline=None)
def test_a_second_plan_is_empty(project: dict[str, Any]) -> None:
    """Deployed, planned, deployed and planned again: only the first changes something."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "flows.py").write_text(FLOWS, encoding="utf-8")
        (folder / "syntask.yaml").write_text(to_yaml(project), encoding="utf-8")
        backend = EmbeddedBackend.open(folder / "store.db")
        backend.create_pool(WorkPool(name="free", type="process"))

        first = deployed(folder, backend)
        changes = planned(folder, backend).plan.changes
        second = deployed(folder, backend)
        backend.close()

    count = len(project["deployments"])
    assert [(each.action, each.error) for each in first.results] == [("created", "")] * count
    assert [(each.action, each.fields) for each in changes] == [(Action.UNCHANGED, ())] * count
    assert [each.action for each in second.results] == ["unchanged"] * count


# Where a plan shows a key of the file, if at all.
SHOWN = {"schedule": "schedules", "version_type": "", "flow_name": "", "build": "", "push": "", "sla": ""}


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_one_changed_key_is_all_that_a_plan_shows(data: st.DataObject) -> None:
    """And once that is deployed, there is nothing more to do."""
    key = data.draw(st.sampled_from(["work_pool", *sorted(FIELDS)]))
    before, other = data.draw(entries()), data.draw(entries())
    after = {name: value for name, value in before.items() if name != key}
    if key in other and not (key.startswith("schedule") and {"schedule", "schedules"} & set(after)):
        after[key] = other[key]
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "flows.py").write_text(FLOWS, encoding="utf-8")
        backend = EmbeddedBackend.open(folder / "store.db")
        backend.create_pool(WorkPool(name="free", type="process"))
        for entry in (before, after):
            (folder / "syntask.yaml").write_text(to_yaml({"deployments": [entry]}), encoding="utf-8")
            if entry is before:
                deployed(folder, backend)
        (change,) = planned(folder, backend).plan.changes
        deployed(folder, backend)
        (last,) = planned(folder, backend).plan.changes
        backend.close()

    shown = {field.path.partition(".")[0].partition("[")[0] for field in change.fields}
    assert shown <= {SHOWN.get(key, key)} - {""}
    assert last.action is Action.UNCHANGED
