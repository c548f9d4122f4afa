"""Calls that deploy to a real server."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from syntask import deploy
from syntask_yaml import api
from tests.support.git_repository import Repository
from tests.support.guides import BY_ID, create_old_block, write_block
from tests.support.prefect_server import PrefectServer
from tests.support.sdk import CASES, DOCKER, FLOWS, PROCESS, file_of, load_flows
from tests.support.served import PATIENCE, messages, serving, stop


@pytest.fixture(name="project")
def _project(sqlite: PrefectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "flows.py").write_text(FLOWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in sqlite.client_environ.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_a_call_deploys_what_the_file_declares(sqlite: PrefectServer, project: Path) -> None:
    """All cases of the unit tests: what the file declares is no change to what the calls deployed."""
    sqlite.create_pool(PROCESS)
    sqlite.create_pool(DOCKER, type="docker")
    with api.open_backend() as backend:
        backend.create_block(api.Block("secret", "b", {"value": "x"}))
    flows = load_flows(project)
    for pool in (PROCESS, DOCKER):
        cases = [case for case in CASES if case.pool == pool]
        image: dict[str, Any] = {"image": "team/app:v1", "build": False} if pool == DOCKER else {}
        ids = deploy(
            *(
                getattr(flows, case.flow).to_deployment(
                    case.name, **{key: each for key, each in case.options.items() if key not in image}
                )
                for case in cases
            ),
            work_pool_name=pool,
            **image,
        )
        assert len(set(ids)) == len(cases)

    (project / "syntask.yaml").write_text(file_of(*CASES), encoding="utf-8")
    planned = api.plan(api.load())
    changed = [change for change in planned.plan.changes if change.action is not api.Action.UNCHANGED]
    assert len(planned.plan.changes) == len(CASES)
    assert changed == []


def test_blocks_of_the_guides_use_what_the_server_has(
    sqlite: PrefectServer, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Blocks of Prefect 2 become the work pool and the steps; a token is a block of its own now."""
    folder = project / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    url = f"file://{project / 'myrepo.git'}"
    job = {"image": "shop/orders:1", "namespace": "flows", "env": {"MODE": "fast"}}
    create_old_block(sqlite, "kubernetes-job", "my-k8s-job", job)
    create_old_block(sqlite, "github", "demo-repo", {"repository": url, "access_token": "hush-hush"})

    run_block("publish", folder)
    run_block("publish", folder)
    assert "already there" in capsys.readouterr().err
    template = sqlite.request("GET", "/work_pools/my-k8s-job")["base_job_template"]
    properties = template["variables"]["properties"]
    assert properties["namespace"]["default"] == "flows"
    assert properties["env"]["default"] == {"MODE": "fast"}

    for name in ("infrastructure-before", "infrastructure-after-block"):
        run_block(name, folder)
        said = capsys.readouterr().err
        (stored,) = api.deployments(["my-flow/my-deployment"])
        (step,) = stored.deployment.pull_steps
        (inputs,) = step.values()
        assert inputs == {"repository": url, "access_token": "{{ prefect.blocks.secret.demo-repo }}"}
        assert stored.deployment.work_pool == "my-k8s-job"
        of_block = job if name == "infrastructure-before" else {}
        assert stored.deployment.job_variables == {**of_block, "image_pull_policy": "Never"}
        if name == "infrastructure-before":
            assert "syntask block create secret demo-repo" in said
            assert "syntask upgrade example.py" in said
            with api.open_backend() as backend:
                backend.create_block(api.Block("secret", "demo-repo", {"value": "hush-hush"}))


def run_block(name: str, folder: Path) -> None:
    runpy.run_path(str(write_block(BY_ID[name], folder)), run_name="__main__")


@pytest.mark.torture
@pytest.mark.parametrize("form", [(), ("beside",)], ids=["serve", "aserve"])
def test_prefects_worker_executes_what_is_served(project: Path, form: tuple[str, ...]) -> None:
    with serving(project, *form) as process:
        run = api.wait(api.run("my-flow/my-deployment"), timeout=PATIENCE)
        assert run.state.type is api.StateType.COMPLETED, messages(run)
        said = stop(process, project)

    assert ("went on beside it" in said) == bool(form)
    assert "Paused `my-flow/my-deployment`." in said
    (stored,) = api.deployments(["my-flow/my-deployment"])
    assert stored.deployment.paused is True


_SCRIPT = """
from datetime import datetime, timedelta, timezone
from {package} import flow
from {package}.blocks.system import Secret
from {package}.runner.storage import GitRepository
from {package}.schedules import Cron, Interval

URL = "{url}"


@flow(log_prints=True)
def my_flow(name: str = "world", count: int = 1):
    '''What it does.'''


if __name__ == "__main__":
    quiet = dict(print_next_steps=False, ignore_warnings=True)
    given = dict(
        work_pool_name="sdk-local", parameters={{"name": "Marvin"}}, tags=["a"], description="d",
        version="v1", job_variables={{"env": {{"A": "1"}}}}, concurrency_limit=2, **quiet,
        schedules=[
            Cron("0 6 * * *", timezone="Europe/Rome", slug="x"),
            Interval(timedelta(hours=1), anchor_date=datetime(2026, 1, 1, tzinfo=timezone.utc)),
        ],
    )
    login = {{"username": "u", "access_token": Secret.load("sdk-token")}}
    flow.from_source(URL, "example.py:my_flow").deploy("{package}-url", **given)
    flow.from_source(
        GitRepository(URL, branch="main", credentials=login), "example.py:my_flow"
    ).deploy("{package}-repository", **given)
    here = flow.from_source(".", "example.py:my_flow")
    here.deploy("{package}-folder", work_pool_name="sdk-local", **quiet)
    my_flow.deploy(
        "{package}-image", image="a/b:c", build=False, work_pool_name="sdk-box",
        cron="0 7 * * *", paused=True, **quiet
    )
"""
_OF_ONE_ROW = frozenset(
    "id created updated deployment_id name version_id created_by updated_by labels".split()
)
# What differs: nulls that say nothing, `path` where it is the default, and a strategy that is the default.
_DIFFERS = frozenset({"path", "concurrency_options"})


@pytest.mark.torture
def test_the_server_has_what_it_has_from_prefects_own_call(sqlite: PrefectServer, project: Path) -> None:
    sqlite.create_pool("sdk-local")
    sqlite.create_pool("sdk-box", type="docker")
    with api.open_backend() as backend:
        backend.create_block(api.Block("secret", "sdk-token", {"value": "x"}))
    repository = Repository(project / "source.git")
    for package in ("prefect", "syntask"):
        text = _SCRIPT.format(package=package, url=repository.url)
        repository.commit(**{"example.py": _SCRIPT.format(package="prefect", url=repository.url)})
        (project / "example.py").write_text(text, encoding="utf-8")
        argv = [sys.executable, "example.py"]
        done = subprocess.run(argv, cwd=project, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr

    rows = {row["name"]: _said(row) for row in sqlite.every("deployments")}
    for kind in ("url", "repository", "folder", "image"):
        theirs, ours = rows[f"prefect-{kind}"], rows[f"syntask-{kind}"]
        if kind in ("folder", "image"):  # without a version, it is the digest of the file
            theirs["version"] = ours["version"]
        assert ours == theirs, kind


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if key not in _OF_ONE_ROW | _DIFFERS}
        return {key: _said(each) for key, each in kept.items() if each is not None}
    return [_said(each) for each in value] if isinstance(value, list) else value
