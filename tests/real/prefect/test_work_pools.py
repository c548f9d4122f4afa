"""What a run sees of its work pool: the same from our own worker and from a stock one."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Console
from tests.support.prefect_server import PrefectServer, stock_worker

FLOW = """\
import json
import os
from pathlib import Path

from syntask import flow


@flow
def seen(out: str) -> None:
    found = {name: os.environ.get(name) for name in ("MARK_A", "MARK_B", "MARK_C", "MARK_D", "MARK_E")}
    Path(out).write_text(json.dumps({**found, "directory": os.getcwd()}))
"""
# The job variables of deployments by name, and of one run of each.
DECLARED: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "defaults": ({}, {}),
    "merged": (
        {"env": {"MARK_A": None, "MARK_B": "deployment"}, "env.MARK_C": "deployment"},
        {"env": {"MARK_E": "{{ syntask.blocks.secret.mark }}"}},
    ),
}


@pytest.fixture(name="project")
def _project(tmp_path: Path) -> Path:
    """A folder with a flow, and a template whose pool has an environment and a directory of its own."""
    place = tmp_path / "project"
    place.mkdir()
    (place / "flows.py").write_text(FLOW, encoding="utf-8")
    return place


def _results(console: Console, out: Path) -> dict[str, Any]:
    """Deploy and run everything; what each run wrote below *out*."""
    out.mkdir()
    pool = {"name": "seen", "job_variables": {}}
    entries = [
        {
            "name": name,
            "entrypoint": "flows.py:seen",
            "pull": [],
            "parameters": {"out": str(out / name)},
            "work_pool": {**pool, "job_variables": deployment},
        }
        for name, (deployment, _) in DECLARED.items()
    ]
    document = json.dumps({"name": "seen", "deployments": entries})
    (console.directory / "syntask.yaml").write_text(document, encoding="utf-8")
    _run(console, "printf %s hush | syntask block create secret mark")
    _run(console, "syntask deploy --all")
    for name, (_, run) in DECLARED.items():
        given = " ".join(f"--job-variable '{key}={json.dumps(value)}'" for key, value in run.items())
        _run(console, f"syntask deployment run seen/{name} {given}")
    if "PREFECT_API_URL" not in console.environ:
        _run(console, "MARK_D=worker syntask worker start --pool seen --run-once")
    return {name: _written(out / name) for name in DECLARED}


def _run(console: Console, command: str) -> str:
    done = console.run(command, timeout=180)
    assert done.returncode == 0, done.stdout
    return done.stdout


def _written(file: Path) -> Any:
    """What a run writes, once it has."""
    deadline = time.monotonic() + 180
    while not file.exists() or not file.read_bytes():
        assert time.monotonic() < deadline, file
        time.sleep(0.5)
    return json.loads(file.read_bytes())


def test_a_run_sees_the_same_of_its_pool_under_both_workers(
    sqlite: PrefectServer, project: Path, tmp_path: Path
) -> None:
    """Defaults of the template, the deployment over them, the run over both, and the directory."""
    embedded = Console(project, tmp_path / "own")
    server = Console(project, tmp_path / "theirs", {"PREFECT_API_URL": sqlite.api})
    template = json.loads(_run(embedded, "syntask work-pool get-default-template"))
    properties = template["variables"]["properties"]
    properties["env"]["default"] = {"MARK_A": "pool", "MARK_B": "pool"}
    properties["working_dir"]["default"] = str(project)
    (tmp_path / "template.json").write_text(json.dumps(template), encoding="utf-8")
    for console in (embedded, server):
        _run(console, f"syntask work-pool create seen --base-job-template {tmp_path}/template.json")

    ours = _results(embedded, tmp_path / "ours")
    with stock_worker(sqlite, "seen", tmp_path / "worker", MARK_D="worker"):
        theirs = _results(server, tmp_path / "stock")

    names = ("MARK_A", "MARK_B", "MARK_C", "MARK_D", "MARK_E")
    assert theirs == ours
    assert [ours["defaults"][name] for name in names] == ["pool", "pool", None, "worker", None]
    assert [ours["merged"][name] for name in names] == [None, "deployment", "deployment", "worker", "hush"]
    assert ours["merged"]["directory"] == str(project)


def test_a_block_where_a_server_takes_no_text_is_said_at_plan(
    sqlite: PrefectServer, project: Path, tmp_path: Path
) -> None:
    """With where to put it instead, which is followed here; the server would refuse the deployment."""
    console = Console(project, tmp_path / "home", {"PREFECT_API_URL": sqlite.api})
    reference = "{{ prefect.blocks.docker-registry-credentials.team }}"
    entry = {
        "name": "boxed",
        "entrypoint": "flows.py:seen",
        "pull": [],
        "work_pool": {"name": "crates", "job_variables": {"registry_credentials": reference}},
    }
    document = json.dumps({"name": "crates", "deployments": [entry]})
    (project / "prefect.yaml").write_text(document, encoding="utf-8")
    _run(console, "syntask work-pool create crates --type docker")

    done = console.run("syntask plan --all")

    assert done.returncode == 1
    assert "the template does not accept text here" in done.stdout
    assert "at `registry_credentials` in the `variables` of its template" in done.stdout

    _run(console, "printf x | syntask block create secret team")
    template = json.loads(_run(console, "syntask work-pool get-default-template --type docker"))
    properties = template["variables"]["properties"]
    of_team = {"type": "object", "default": "{{ prefect.blocks.secret.team }}"}
    properties["registry_credentials"] = of_team
    (project / "template.json").write_text(json.dumps(template), encoding="utf-8")
    _run(console, "syntask work-pool update crates --base-job-template template.json")
    entry["work_pool"] = {"name": "crates", "job_variables": {"image": "x:1"}}
    (project / "prefect.yaml").write_text(json.dumps({"name": "crates", "deployments": [entry]}))
    _run(console, "syntask deploy --all")
    assert "Created run" in _run(console, "syntask deployment run boxed -p out=x")


@pytest.mark.parametrize("which", ["sqlite", "newer"])
def test_a_pool_of_a_server_is_paused_resumed_changed_and_deleted(
    request: pytest.FixtureRequest, which: str, project: Path, tmp_path: Path
) -> None:
    """Not while a deployment uses it; what waits in it is said at plan."""
    server: PrefectServer = request.getfixturevalue(which)
    console = Console(project, tmp_path / "home", {"PREFECT_API_URL": server.api})
    entry = {"name": "d", "entrypoint": "flows.py:seen", "pull": [], "work_pool": {"name": "rest"}}
    entry["parameters"] = {"out": "x"}
    (project / "syntask.yaml").write_text(json.dumps({"name": "rest", "deployments": [entry]}))

    def pool() -> tuple[bool, int | None, str | None]:
        raw = server.request("GET", "/work_pools/rest")
        return raw["is_paused"], raw["concurrency_limit"], raw["description"]

    _run(console, "syntask work-pool create rest --concurrency-limit 5")
    _run(console, "syntask work-pool pause rest")
    assert pool() == (True, 5, None)
    assert "The work pool `rest` is paused" in _run(console, "syntask deploy --all")
    _run(console, "syntask work-pool resume rest")
    _run(console, "syntask work-pool update rest --concurrency-limit 0 --description idle")
    assert pool() == (False, 0, "idle")
    assert "a concurrency limit of 0" in _run(console, "syntask plan --all")
    _run(console, "syntask work-pool update rest --no-concurrency-limit")
    assert pool() == (False, None, "idle")

    used = console.run("syntask work-pool delete rest --yes")
    assert (used.returncode, "is used by `seen/d`" in used.stdout) == (1, True), used.stdout
    _run(console, "syntask deployment delete seen/d --yes")
    _run(console, "syntask work-pool delete rest --yes")
    assert "rest" not in [each["name"] for each in server.every("work_pools")]
    assert "has no work pool `rest`" in console.run("syntask work-pool pause rest").stdout
