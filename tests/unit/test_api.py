"""The public interface, function by function, on the embedded backend."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from syntask_yaml import api
from syntask_yaml.backend.base import is_own
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.worker_process import make_worker, worker_options
from syntask_yaml.errors import NotFound, ProjectInvalid, UsageError

FLOWS = """\
from syntask import flow


@flow
def report(city: str, days: int = 1) -> None:
    print(city, days)
"""
FILE = """\
name: weather
deployments:
- {name: berlin, entrypoint: weather.py:report, parameters: {city: Berlin}, work_pool: {name: default}}
- {name: rome, entrypoint: weather.py:report, parameters: {city: "{{ $CITY }}"}, work_pool: {name: default}}
"""


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "weather.py").write_text(FLOWS)
    (tmp_path / "syntask.yaml").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CITY", "Rome")
    return tmp_path


def names() -> list[str]:
    return [each.deployment.full_name for each in api.deployments()]


def test_a_project_is_found_and_validated(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder / "below").mkdir()
    for project in (api.load(), api.load("syntask.yaml"), api.load(directory=folder / "below")):
        assert project.name == "weather"
        assert api.validate(project) == []
    with pytest.raises(NotFound):
        api.load(directory=tmp_path_factory.mktemp("empty"))

    (folder / "syntask.yaml").write_text(FILE.replace("city: Berlin", "town: Berlin"))
    assert {each.code for each in api.validate(api.load())} == {"unknown-parameter"}
    assert api.validate(api.load(), flows=False) == []
    (folder / "syntask.yaml").write_text(f"{FILE}more: 1\n")
    assert {each.severity for each in api.validate(api.load(strict=True))} == {api.Severity.ERROR}


def test_a_plan_says_what_a_deploy_does(folder: Path) -> None:
    project = api.load()
    planned = api.plan(project, ["berlin"])
    assert [(each.action, each.deployment) for each in planned.plan.changes] == [
        (api.Action.CREATE, "report/berlin")
    ]
    assert names() == []

    events: list[object] = []
    outcome = api.deploy(project, options=api.DeployOptions(jobs=1), notify=events.append)
    assert outcome.is_good
    assert [each.action for each in outcome.results] == ["created", "created"]
    assert len(events) == 2
    assert names() == ["report/berlin", "report/rome"]
    assert api.render(project)["deployments"][1]["parameters"] == {"city": "Rome"}

    overrides = api.Overrides(parameters={"days": 7})
    assert api.deploy(project, ["rome"], overrides=overrides).results[0].action == "updated"
    (stored,) = api.deployments(["rome"])
    assert stored.deployment.parameters == {"city": "Rome", "days": 7}
    with pytest.raises(NotFound, match="`paris`"):
        api.plan(project, ["paris"])


def test_a_project_can_be_declared(folder: Path) -> None:
    entry = {"entrypoint": "weather.py:report", "parameters": {"city": "Oslo"}}
    both = api.declare([{"name": name, **entry} for name in "ab"], name="tenants")
    one = api.declare([{"name": "a", **entry}], name="tenants", tags=["x"])

    assert api.deploy(both).is_good
    assert [each.code for each in api.validate(one)] == ["unknown-key"]
    assert api.deploy(api.declare([{"name": "a", **entry}], name="tenants"), prune=True).is_good
    assert names() == ["report/a"]
    assert api.deployments()[0].deployment.project == "tenants"
    with pytest.raises(ProjectInvalid):
        api.deploy(api.declare([{"name": "c"}]))
    assert api.validate(api.declare([{"name": "c", **entry}], directory=folder.parent))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("abc", "`deployments` is the text `abc`; expected a list."),
        ({"name": "a"}, "`deployments` is a mapping; expected a list."),
        ([None], "This item of `deployments` is empty; expected a mapping."),
        ([{1: 2}], "A deployment has no key `1`."),
    ],
)
def test_what_is_no_list_of_mappings_is_said_as_in_a_file(given: Any, said: str) -> None:
    project = api.declare(given)
    assert said in [each.detail for each in api.validate(project)]
    with pytest.raises(ProjectInvalid):
        api.deploy(project)


def test_any_sequence_and_mapping_can_declare() -> None:
    entry = MappingProxyType({"name": "a", "entrypoint": "weather.py:report", "tags": ("x", "y")})
    project = api.declare((entry,))
    assert api.validate(project) == []
    assert project.declarations[0].node.value["tags"] == ["x", "y"]


def test_schedules_rest_and_go_on() -> None:
    api.deploy(api.load())
    api.pause(["report/*"])
    assert [each.deployment.paused for each in api.deployments()] == [True, True]
    api.resume("rome")  # a text is one name
    assert [each.deployment.paused for each in api.deployments()] == [True, False]
    assert [each.deployment.name for each in api.deployments("rome")] == ["rome"]
    assert [each.deployment for each in api.plan(api.load(), "rome").plan.changes] == ["report/rome"]
    api.pause([])
    assert [each.deployment.paused for each in api.deployments()] == [True, False]


def test_a_run_is_made_waited_for_and_read() -> None:
    api.deploy(api.load())
    made = api.run("report/berlin", {"days": 2}, tags="nightly", run_name="first")
    assert made.tags == ("nightly",)  # a text is one tag
    later = api.run("rome", scheduled=datetime(2999, 1, 1, tzinfo=UTC))
    assert [run.id for run in api.runs()] == [later.id, made.id]
    assert [run.name for run in api.runs("report/berlin", limit=1)] == ["first"]
    with pytest.raises(ProjectInvalid):
        api.run("report/berlin", {"weeks": 2})
    with pytest.raises(UsageError, match="`parameters` is a list") as refused:
        api.run("report/berlin", [1])  # type: ignore[arg-type]
    assert "parameters={" in refused.value.hint
    with pytest.raises(UsageError, match="`job_variables` is a str"):
        api.run("report/berlin", job_variables="env")  # type: ignore[arg-type]
    with pytest.raises(TimeoutError):
        api.wait(later, timeout=0)

    worker = threading.Thread(target=_work)
    worker.start()
    done = api.wait(made.id, timeout=120)
    worker.join()

    assert done.state.type is api.StateType.COMPLETED
    assert [line.message for line in api.logs(done)][-1] == "Berlin 2"
    assert api.logs(made.id) == api.logs(done)


def _work() -> None:
    """Execute what is due, as `syntask worker start --run-once`."""
    import os

    with api.open_backend() as backend:
        assert is_own(backend)
        options = worker_options(os.environ, name="one", limit=1, run_once=True)
        context = Context.of_options(os.environ)
        make_worker(context, backend, options, {"default": "process"}, os.environ).run(utc_now)


def test_a_backend_is_open_a_url_or_the_configured_one(tmp_path: Path) -> None:
    url = f"embedded:{tmp_path / 'other.db'}"
    api.deploy(api.load(), backend=url)
    assert names() == []
    with api.open_backend(url) as backend:
        assert len(api.deployments(backend=backend)) == 2
        assert len(api.deployments(["rome"], backend=backend)) == 1
