"""`check` against a real server: blocks and variables are read there, and nothing is deployed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.git_repository import Repository
from tests.support.prefect_server import PrefectServer, sqlite_server, stock_worker
from tests.support.site import until

SYNTASK = str(Path(sys.executable).with_name("syntask"))
SECRET = "planted-t0ken"
LOGIN = "admin:pass-w0rd"
FLOWS = """
import datetime
import os

from prefect import flow

@flow
def etl(count: int = 1):
    assert os.environ["TOKEN"] == "planted-t0ken"

@flow
def dated(day: datetime.date): ...
"""
STEPS = "prefect.deployments.steps"
GO = {f"{STEPS}.set_working_directory": {"directory": "{{ prefect.variables.code_place }}"}}
NOWHERE = {f"{STEPS}.set_working_directory": {"directory": "{{ prefect.variables.none }}"}}
ENV = {"env": {"TOKEN": "{{ prefect.blocks.secret.check-token }}"}}
TOLD = {
    f"{STEPS}.run_shell_script": {
        "script": "printenv TOLD",
        "env": {"TOLD": "{{ prefect.blocks.secret.check-token }}"},
    }
}

# Deployments by name, and the code of what keeps their runs from starting.
DECLARED: dict[str, tuple[dict[str, Any], str | None]] = {
    "sound": ({"pull": [GO, TOLD]}, None),
    "cloned": ({"pull": [{f"{STEPS}.git_clone": {"repository": "{url}"}}]}, None),
    "dated": ({"entrypoint": "flows.py:dated", "parameters": {"day": "2026-01-31"}}, None),
    "no-date": ({"entrypoint": "flows.py:dated", "parameters": {"day": "soon"}}, "bind-failed"),
    "no-code": ({"pull": [{f"{STEPS}.run_shell_script": {"script": "true"}}]}, "load-failed"),
    "no-variable": ({"pull": [NOWHERE]}, "pull-failed"),
    "no-block": ({"work_pool": {"job_variables": {"env": {"A": "{{ prefect.blocks.secret.none }}"}}}},
                 "start-failed"),
}  # fmt: skip


@pytest.fixture(name="closed", scope="module")
def _closed(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A server that lets nobody in without a login."""
    home = tmp_path_factory.mktemp("prefect-closed")
    with sqlite_server(home, migrated=migrated, PREFECT_SERVER_API_AUTH_STRING=LOGIN) as server:
        yield server


def _project(folder: Path) -> Path:
    project = folder / "project"
    project.mkdir()
    (project / "flows.py").write_text(FLOWS, encoding="utf-8")
    origin = Repository(folder / "origin")
    origin.commit(flows="", **{"flows.py": FLOWS})
    entries = []
    for name, (fields, _) in DECLARED.items():
        entry = {"name": name, "entrypoint": "flows.py:etl", "pull": [GO], **fields}
        variables = fields.get("work_pool", {}).get("job_variables", ENV)
        entry["work_pool"] = {"name": "checked", "job_variables": variables}
        entries.append(entry)
    text = json.dumps({"name": "checked", "deployments": entries}, indent=1)
    # Of text that is no date, this dialect only warns.
    (project / "prefect.yaml").write_text(text.replace("{url}", origin.url), encoding="utf-8")
    return project


def _run(server: PrefectServer, project: Path, *words: str, given: str = "", **environ: str) -> Any:
    done = subprocess.run(
        [SYNTASK, "--backend", server.api, *words],
        cwd=project,
        env={**server.client_environ, **environ},
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done


def _fill(server: PrefectServer, project: Path, **environ: str) -> None:
    for words in (["work-pool", "create", "checked", "--type", "process"],
                  ["variable", "set", "code_place", str(project)]):  # fmt: skip
        assert _run(server, project, *words, **environ).returncode == 0
    words = ["block", "create", "secret", "check-token"]
    assert _run(server, project, *words, given=SECRET, **environ).returncode == 0


def test_check_and_a_stock_worker_agree(sqlite: PrefectServer, tmp_path: Path) -> None:
    """Whatever passes starts on the worker; the rest does not; and `check` writes nothing."""
    sqlite.empty()
    project = _project(tmp_path)
    _fill(sqlite, project)
    checked = _run(sqlite, project, "check", "--all", "--output", "json")
    assert checked.stdout, checked.stderr
    found = {each["deployment"].partition("/")[2]: each for each in json.loads(checked.stdout)["results"]}

    codes = {name: each["problem"] and each["problem"]["code"] for name, each in found.items()}
    assert codes == {name: code for name, (_, code) in DECLARED.items()}, checked.stderr
    assert "***" in checked.stderr
    assert SECRET not in checked.stdout + checked.stderr
    assert sqlite.every("deployments") == []

    assert _run(sqlite, project, "deploy", "--all").returncode == 0
    for each in found.values():
        _run(sqlite, project, "deployment", "run", each["deployment"])
    with stock_worker(sqlite, "checked", tmp_path / "worker"):
        until(lambda: _states(sqlite, ended=True), seconds=240, every=1)
    states = _states(sqlite)
    completed = {name for name, state in states.items() if state == "COMPLETED"}
    assert completed == {name for name, each in found.items() if each["ready"]}


def test_a_pool_whose_runs_start_elsewhere_is_noted(sqlite: PrefectServer, tmp_path: Path) -> None:
    """The trial is of the code and the parameters; and what Prefect's client asks the server is not told."""
    sqlite.empty()
    project = tmp_path / "project"
    project.mkdir()
    (project / "flows.py").write_text(FLOWS, encoding="utf-8")
    pull = json.dumps([{f"{STEPS}.set_working_directory": {"directory": str(project)}}])
    entry = f"{{name: boxed, entrypoint: flows.py:etl, work_pool: {{name: boxes}}, pull: {pull}}}"
    (project / "syntask.yaml").write_text(f"deployments: [{entry}]\n", encoding="utf-8")
    assert _run(sqlite, project, "work-pool", "create", "boxes", "--type", "docker").returncode == 0

    done = _run(sqlite, project, "check", "--all")

    assert done.returncode == 0, done.stderr
    assert (
        "The work pool `boxes` is of type `docker`; its runs are checked in a local process instead."
        in done.stderr
    )
    assert "HTTP Request" not in done.stderr + done.stdout


def _states(server: PrefectServer, *, ended: bool = False) -> dict[str, str]:
    """The state of the run of each deployment; nothing if they are to have *ended*, and one has not."""
    names = {each["id"]: each["name"] for each in server.every("deployments")}
    runs = {names[each["deployment_id"]]: each["state_type"] for each in server.every("flow_runs")}
    going_on = {"SCHEDULED", "PENDING", "RUNNING"} & set(runs.values())
    return {} if ended and going_on else runs


def test_a_server_with_a_login(closed: PrefectServer, tmp_path: Path) -> None:
    """The run of a trial has it too, for what its pull steps look up."""
    project = _project(tmp_path)
    # The support's own calls have no login.
    _fill(closed, project, PREFECT_API_AUTH_STRING=LOGIN)
    words = ("check", "-n", "sound", "--output", "json")
    checked = _run(closed, project, *words, PREFECT_API_AUTH_STRING=LOGIN)
    assert json.loads(checked.stdout)["summary"] == {"ready": 1, "failed": 0}, checked.stderr
    assert LOGIN not in checked.stdout + checked.stderr

    refused = _run(closed, project, *words)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
