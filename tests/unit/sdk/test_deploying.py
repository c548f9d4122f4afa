"""A call deploys what the same entry of a file deploys."""

from __future__ import annotations

import asyncio
import json
import traceback
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from syntask import deploy, flow
from syntask_yaml import api
from syntask_yaml.errors import BackendConflict, ProjectInvalid, SyntaskError, UsageError
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.sdk.failures import DeployError
from tests.support.sdk import (
    CASES,
    DOCKER,
    FLOWS,
    PROCESS,
    Case,
    by_call,
    by_file,
    file_of,
    load_flows,
    stored,
)


@pytest.fixture(name="flows")
def _flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The flows of a project in the current directory, with two work pools."""
    (tmp_path / "flows.py").write_text(FLOWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    _create_pools()
    return load_flows(tmp_path)


def _create_pools() -> None:
    with api.open_backend() as backend:
        for name, type_ in ((PROCESS, "process"), (DOCKER, "docker")):
            backend.create_pool(WorkPool(name=name, type=type_))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_field_is_the_same(case: Case, flows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = by_call(case, flows)
    found = stored(case)
    assert [each.id for each in api.deployments()] == [made]

    planned = api.plan(_declared(case))  # no difference to what is there
    assert {change.action for change in planned.plan.changes} == {api.Action.UNCHANGED}, planned.plan.changes

    monkeypatch.setenv("SYNTASK_API_URL", f"embedded:{Path.cwd() / 'other.db'}")
    _create_pools()
    by_file(case, Path.cwd())
    assert asdict(found) == asdict(stored(case))


def _declared(case: Case) -> api.Project:
    Path("syntask.yaml").write_text(file_of(case), encoding="utf-8")
    return api.load()


def test_coroutines_deploy_as_well(flows: Any) -> None:
    """With the same arguments, the line of the call and all that is wrong."""

    async def deploy_both() -> UUID:
        source = await flow.afrom_source(str(Path.cwd()), "flows.py:report")
        assert (await source.ato_deployment("later", cron="0 6 * * *")).name == "later"
        made: UUID = await flows.report.adeploy("now", work_pool_name=PROCESS, parameters={"city": "B"})
        return made

    made = asyncio.run(deploy_both())
    (found,) = api.deployments()
    assert (found.id, found.deployment.full_name) == (str(made), "report/now")


@flow
def plain(city: str, days: int = 1) -> str:
    return f"{city} {days}"


def test_what_is_wrong_is_said_with_the_line_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(ProjectInvalid) as caught:
        plain.deploy("x", work_pool_name="defualt", cron="61 * * * *", parameters={"town": 1})

    codes = {each.code for each in caught.value.diagnostics}
    assert codes == {"invalid-cron"}  # what the values alone show comes first, as for a file
    (problem, *_) = caught.value.diagnostics
    assert problem.span is not None
    assert 'plain.deploy("x"' in problem.span.source.line(problem.span.line)
    assert any("test_deploying.py" in note for note in caught.value.__notes__)

    with pytest.raises(ProjectInvalid) as caught:
        plain.deploy("x", work_pool_name="defualt", parameters={"town": 1})
    assert {each.code for each in caught.value.diagnostics} == {"unknown-work-pool", "unknown-parameter"}
    assert "Did you mean `default`?" in "".join(caught.value.__notes__)
    assert api.deployments() == []


@flow
def dated(day: date, share: Decimal | None = None) -> None: ...


def test_text_that_a_server_lets_pass_is_deployed_from_code_and_refused_in_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As Prefect's own `flow.deploy` has it; with the flag that turns the check off, files deploy it, too."""
    given = {"day": "soon", "share": "half"}

    dated.deploy("x", parameters=given)
    assert capsys.readouterr().err.count("warning: Wrong parameter text") == 2
    assert [each.deployment.parameters for each in api.deployments()] == [given]

    (tmp_path / "flows.py").write_text(
        "from datetime import date\nfrom decimal import Decimal\nfrom syntask import flow\n\n\n@flow\n"
        "def dated(day: date, share: Decimal | None = None): ...\n",
        encoding="utf-8",
    )
    entry = {"name": "x", "entrypoint": "flows.py:dated", "parameters": given}
    file = tmp_path / "syntask.yaml"
    file.write_text(json.dumps({"deployments": [entry]}), encoding="utf-8")
    with pytest.raises(ProjectInvalid) as caught:
        api.plan(api.load(file, directory=tmp_path))
    assert [each.code for each in caught.value.diagnostics] == ["wrong-parameter-text"] * 2

    file.write_text(json.dumps({"deployments": [entry | {"enforce_parameter_schema": False}]}))
    api.plan(api.load(file, directory=tmp_path))
    (tmp_path / "prefect.yaml").write_text(json.dumps({"deployments": [entry]}), encoding="utf-8")
    api.plan(api.load(tmp_path / "prefect.yaml", directory=tmp_path))


def test_a_traceback_starts_at_the_call_and_says_a_sentence_once(tmp_path: Path) -> None:
    with pytest.raises(ProjectInvalid) as wrong:
        plain.deploy("x", parameters={"city": "Rome", "town": 1})
    _check_traceback(wrong.value, "The flow has no parameter `town`.", "help: Available parameters: `city`")

    (tmp_path / "flows.py").write_text(FLOWS, encoding="utf-8")
    entry = {"name": "x", "entrypoint": "flows.py:report"}
    api.deploy(api.declare([entry], directory=tmp_path, name="weather"))
    with pytest.raises(BackendConflict) as owned:
        flow.from_source(str(tmp_path), "flows.py:report").deploy("x")
    _check_traceback(
        owned.value, "`report/x` belongs to the project `weather`.", "help: Give the deployment another name"
    )


def _check_traceback(error: SyntaskError, sentence: str, help_: str) -> None:
    user, *ours = traceback.extract_tb(error.__traceback__)
    assert user.filename == __file__
    assert len(ours) <= 2, ours
    text = "".join(traceback.format_exception(error))
    assert text.count(sentence) == 1, text
    assert help_ in text


def test_nothing_is_written_if_one_of_several_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    (tmp_path / "flows.py").write_text("from syntask import flow\n\n\n@flow\ndef far() -> None: ...\n")
    far = flow.from_source(str(tmp_path), "flows.py:far")
    given = {"city": "Rome"}

    with pytest.raises(ProjectInvalid):
        deploy(plain.to_deployment("a", parameters=given), far.to_deployment("b", cron="x"))
    assert api.deployments() == []

    ids = deploy(
        plain.to_deployment("a", parameters=given),
        far.to_deployment("b"),
        plain.to_deployment("c", parameters=given),
        work_pool_name="default",
    )
    stored = {each.id: each.deployment.full_name for each in api.deployments()}
    assert [stored[str(one)] for one in ids] == ["plain/a", "far/b", "plain/c"]
    with pytest.raises(UsageError, match="nothing to deploy"):
        deploy()
    with pytest.raises(UsageError, match="`deploy` was given a list"):
        deploy([plain.to_deployment("a")])  # type: ignore[arg-type]


def test_a_step_that_fails_writes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'none.sock'}")
    _create_pools()

    with pytest.raises(DeployError, match="engine") as caught:
        plain.deploy("x", DOCKER, image="team/app:v1", parameters={"city": "Rome"})

    assert [each.action for each in caught.value.outcome.results] == ["skipped"]
    assert {each.code for each in caught.value.diagnostics} == {"deploy-failed"}
    assert api.deployments() == []
