"""Every entry of a file is prepared or refused, and nothing is pruned while one could not be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import ProjectInvalid, SyntaskError
from syntask_yaml.operations.check import candidates
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.outcome import Outcome
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.operations.render import render
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.flows import FlowReader
from tests.support.memory import MemoryBackend

FLOWS = """
from syntask import flow

@flow
def clean_up(days: int = 30): ...

@flow
def load(source: str, limit: int = 1): ...
"""
NIGHTLY = {"name": "nightly", "entrypoint": "flows.py:clean_up", "schedules": [{"cron": "0 7 * * *"}]}
OTHER = {"name": "other", "entrypoint": "flows.py:clean_up"}
ALL = Selection(all=True)
BOTH = ["clean-up/nightly", "clean-up/other"]


class Desk:
    """A folder with a project file, and a backend."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.backend = MemoryBackend()
        (folder / "flows.py").write_text(FLOWS, encoding="utf-8")

    def context(self, *, strict: bool = False) -> DeployContext:
        project = open_project(ProjectLocation(directory=self.folder, strict=strict))
        return DeployContext(
            project=project, backend=self.backend, reader=FlowReader(self.folder), environ={}
        )

    def declare(self, *entries: Any, file: str = "syntask.yaml") -> None:
        project = {"name": "shop", "deployments": list(entries)}
        (self.folder / file).write_text(json.dumps(project, indent=1), encoding="utf-8")

    def deploy(self, *, strict: bool = False, **request: Any) -> Outcome:
        wanted = Request(selection=ALL, **request)
        context = self.context(strict=strict)
        return deploy(context, wanted, options=DeployOptions(), notify=lambda _: None)

    @property
    def deployed(self) -> list[str]:
        return [each.deployment.full_name for each in self.backend.deployments()]


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def errors(problems: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    return [problem for problem in problems if problem.is_error]


NAMELESS: dict[str, dict[str, Any]] = {
    "misspelt": {"nmae": "nightly"},
    "missing": {},
    "null": {"name": None},
    "empty": {"name": ""},
    "number": {"name": 7},
    "list": {"name": ["nightly"]},
    "mapping": {"name": {"a": "b"}},
    "flag": {"name": True},
    "of another key": {"flow_name": "nightly"},
    "ending only": {"name": ".py"},
    "unset": {"name": "{{ $NOT_SET }}"},
}


@pytest.mark.parametrize("file", ["syntask.yaml", "prefect.yaml"])
@pytest.mark.parametrize("kind", NAMELESS)
def test_an_entry_without_a_usable_name_is_refused(desk: Desk, kind: str, file: str) -> None:
    """By whatever would prepare it, once and with its place; nothing is deployed and nothing deleted."""
    desk.declare(NIGHTLY, OTHER, file=file)
    desk.deploy()
    rest = {key: value for key, value in NIGHTLY.items() if key != "name"}
    desk.declare({**NAMELESS[kind], **rest}, OTHER, file=file)

    context = desk.context()
    for attempt in (
        lambda: make_plan(context, Request(selection=ALL)),
        lambda: make_plan(context, Request(selection=ALL, prune=True)),
        lambda: desk.deploy(prune=True),
        lambda: render(context, ALL),
        lambda: candidates(context, ALL),
    ):
        with pytest.raises(ProjectInvalid) as caught:
            attempt()
        (problem,) = caught.value.diagnostics
        assert problem.is_error
        assert problem.span is not None
        assert problem.span.file == file
    outcome = desk.deploy(prune=True, keep_going=True)

    assert not outcome.is_good
    assert outcome.summary["failed"] == 1
    assert [problem.code for problem in errors(outcome.diagnostics)][1:] == ["prune-refused"]
    assert desk.deployed == BOTH


@pytest.mark.parametrize("file", ["syntask.yaml", "prefect.yaml"])
def test_a_slip_in_a_key_is_one_message(desk: Desk, file: str) -> None:
    desk.declare({"nmae": "nightly", "entrypoint": "flows.py:clean_up"}, OTHER, file=file)

    outcome = desk.deploy(keep_going=True)

    (problem,) = [problem for problem in outcome.diagnostics if not problem.is_note]
    assert problem.path[-1] == "nmae"
    assert problem.hint == "Did you mean `name`?"
    assert desk.deployed == ["clean-up/other"]


@pytest.mark.parametrize("file", ["syntask.yaml", "prefect.yaml"])
def test_a_slip_in_a_parameter_that_a_schedule_needs_is_one_error(desk: Desk, file: str) -> None:
    schedules = [{"cron": "0 7 * * *"}]
    entry = {"name": "a", "entrypoint": "flows.py:load", "parameters": {"sorce": "x"}, "schedules": schedules}
    desk.declare(entry, file=file)

    with pytest.raises(ProjectInvalid) as caught:
        desk.deploy()

    (problem,) = caught.value.diagnostics
    assert problem.path[-1] == "sorce"
    assert problem.hint == "Did you mean `source`?"


def test_a_sound_entry_is_selected_beside_one_without_a_name(desk: Desk) -> None:
    desk.declare({"nmae": "x", "entrypoint": "flows.py:clean_up"}, OTHER)

    planned = make_plan(desk.context(), Request(selection=Selection(names=("other",))))

    assert [change.deployment for change in planned.plan.changes] == ["clean-up/other"]


@pytest.mark.parametrize(
    "deployments",
    ["deploymnets: []", "x-deployments: []", "deployments: {}", "deployments: [null]", "deployments: [text]",
     "deployments: []\ndeployments: [{name: nightly, entrypoint: 'flows.py:clean_up'}]"],
)  # fmt: skip
def test_entries_that_are_not_seen_are_not_pruned(desk: Desk, deployments: str) -> None:
    desk.declare(NIGHTLY, OTHER, file="prefect.yaml")
    desk.deploy()
    (desk.folder / "prefect.yaml").write_text(f"name: shop\n{deployments}\n", encoding="utf-8")

    with pytest.raises(SyntaskError):
        desk.deploy(prune=True, keep_going=True)

    assert desk.deployed == BOTH


def test_an_empty_list_of_deployments_prunes_them_all(desk: Desk) -> None:
    desk.declare(NIGHTLY, OTHER)
    desk.deploy()
    desk.declare()
    desk.deploy(prune=True)

    assert desk.deployed == []


def test_what_strict_makes_an_error_stops_a_deploy(desk: Desk) -> None:
    """Also what only the flow shows to be wrong."""
    odd = FLOWS + "\n@flow\ndef odd(a: no_such_type = 1): ...\n"
    (desk.folder / "flows.py").write_text(odd, encoding="utf-8")
    desk.declare({"name": "odd", "entrypoint": "flows.py:odd"})
    assert any(problem.code == "no-parameter-schema" for problem in desk.deploy().diagnostics)

    with pytest.raises(ProjectInvalid):
        desk.deploy(strict=True)
