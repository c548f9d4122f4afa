"""The oldest Prefect 3 that installs, with what was new at its time; pip brings it from a package index."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.prefect_server import PrefectServer
from tests.support.side_by_side import deploy_ours

OLDEST = "prefect==3.0.0"
# It asks for no more than the first version of these, and does not start with what came after it.
AT_ITS_TIME = (
    "anyio<4.7 click<8.2 fastapi<0.116 griffe<2 httpx<0.28 pydantic<2.10 sqlalchemy<2.0.36 starlette<0.39 "
    "typer<0.13 uvicorn<0.32 websockets<14"
).split()

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason=f"{OLDEST} is older than this Python, and has no wheels for it"
)

PLAIN = """\
name: old
deployments:
  - name: plain
    entrypoint: flows.py:etl
    description: as ever
    version: "1"
    tags: [a]
    parameters: {batch: 2}
    paused: true
    schedules: [{cron: "0 6 * * *", timezone: Europe/Berlin, active: false}]
    concurrency_limit: 3
    work_pool: {name: old, work_queue_name: low, job_variables: {env: {A: "1"}}}
    triggers: [{type: event, expect: [done]}]
"""
# What it lacks: the change of PLAIN, and the words that name it.
LACKS = {
    "slug": ("active: false", "active: false, slug: daily", "`slug`"),
    "schedule-parameters": ("active: false", "active: false, parameters: {batch: 3}", "`parameters`"),
    "strategy": (
        "concurrency_limit: 3",
        "concurrency_limit: {limit: 3, collision_strategy: CANCEL_NEW}",
        "`concurrency_options`",
    ),
    "trigger-name": ("expect: [done]", "expect: [done], name: mine", "`name` of a trigger: `mine`"),
}


@pytest.fixture(name="python", scope="module")
def _python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an environment that has the oldest Prefect; skips where pip finds none."""
    folder = tmp_path_factory.mktemp("old-prefect")
    venv.create(folder, with_pip=False)
    python = str(folder / "bin" / "python")
    argv = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--retries", "1", OLDEST]
    done = subprocess.run([*argv, *AT_ITS_TIME], capture_output=True, text=True, check=False)
    if f"No matching distribution found for {OLDEST}" in done.stderr:
        pytest.skip(f"pip reaches no index that has {OLDEST}")
    assert done.returncode == 0, done.stderr
    return python


@pytest.fixture(name="server", scope="module")
def _server(python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    server = PrefectServer(tmp_path_factory.mktemp("old"), python=python)
    try:
        server.start().create_pool("old")
        yield server
    finally:
        server.stop()


def project(folder: Path, text: str) -> Path:
    (folder / "syntask.yaml").write_text(text, encoding="utf-8")
    code = "from syntask import flow\n\n\n@flow\ndef etl(batch: int = 1) -> None:\n    pass\n"
    (folder / "flows.py").write_text(code, encoding="utf-8")
    return folder


def test_what_the_server_has_is_deployed_and_stays(server: PrefectServer, tmp_path: Path) -> None:
    """Everything that such a server knows, and then there is nothing to do."""
    project(tmp_path, PLAIN)
    first = deploy_ours(server, tmp_path, {})
    assert first.returncode == 0, first.stdout
    again = deploy_ours(server, tmp_path, {})
    assert (again.returncode, "1 unchanged" in again.stdout) == (0, True), again.stdout
    (stored,) = (each for each in server.every("deployments") if each["name"] == "plain")
    assert (stored["paused"], stored["tags"], stored["work_queue_name"]) == (True, ["a"], "low")


def test_what_changes_is_changed(server: PrefectServer, tmp_path: Path) -> None:
    """Under the same id, and with the schedule at rest as somebody put it."""
    entry = PLAIN.replace("name: plain", "name: changing").replace(", active: false", "")
    project(tmp_path, entry)
    assert deploy_ours(server, tmp_path, {}).returncode == 0
    (before,) = (each for each in server.every("deployments") if each["name"] == "changing")
    (daily,) = before["schedules"]
    place = f"/deployments/{before['id']}/schedules/{daily['id']}"
    server.request("PATCH", place, {"active": False})

    project(tmp_path, entry.replace("as ever", "changed").replace("batch: 2", "batch: 4"))
    changed = deploy_ours(server, tmp_path, {})
    assert changed.returncode == 0, changed.stdout
    (after,) = (each for each in server.every("deployments") if each["name"] == "changing")
    assert (after["id"], after["description"]) == (before["id"], "changed")
    assert (after["parameters"], after["paused"]) == ({"batch": 4}, True)
    assert [each["active"] for each in after["schedules"]] == [False]
    assert "1 unchanged" in deploy_ours(server, tmp_path, {}).stdout


@pytest.mark.parametrize("name", LACKS)
def test_what_the_server_lacks_is_said(server: PrefectServer, tmp_path: Path, name: str) -> None:
    """It is refused by name, with what to do."""
    plain, newer, words = LACKS[name]
    project(tmp_path, PLAIN.replace("name: plain", f"name: {name}").replace(plain, newer))
    done = deploy_ours(server, tmp_path, {})
    assert (done.returncode, words in done.stdout) == (1, True), done.stdout
    assert "upgrade the server" in done.stdout


def test_nothing_is_pruned_where_owners_are_not_kept(server: PrefectServer, tmp_path: Path) -> None:
    """That is an error: nobody shall think that all is tidy."""
    project(tmp_path, PLAIN)
    assert deploy_ours(server, tmp_path, {}).returncode == 0
    done = deploy_ours(server, tmp_path, {}, "--prune")
    assert (done.returncode, "too old to store which project" in done.stdout) == (1, True), done.stdout
