"""The oldest Prefect 3 that installs. It comes from a package registry: SYNTASK_OLD_SERVER=1 asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.prefect_server import PrefectServer
from tests.support.side_by_side import deploy_ours

OLDEST, RELEASED_BEFORE = "3.0.0", "2024-10-01"

pytestmark = pytest.mark.skipif(
    not os.environ.get("SYNTASK_OLD_SERVER"), reason="SYNTASK_OLD_SERVER=1 tests the oldest server too"
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
NEWER = PLAIN.replace("active: false", "active: false, slug: daily, parameters: {batch: 3}").replace(
    "concurrency_limit: 3", "concurrency_limit: {limit: 3, collision_strategy: CANCEL_NEW}"
)


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    folder = tmp_path_factory.mktemp("old")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    subprocess.run([*install, "--exclude-newer", RELEASED_BEFORE, f"prefect=={OLDEST}"], check=True)
    server = PrefectServer(folder / "home", python=str(python))
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
    (stored,) = server.every("deployments")
    assert (stored["paused"], stored["tags"], stored["work_queue_name"]) == (True, ["a"], "low")


def test_what_the_server_lacks_is_said(server: PrefectServer, tmp_path: Path) -> None:
    """What it does not know is named, and nothing else gets lost."""
    project(tmp_path, NEWER.replace("name: plain", "name: newer"))
    done = deploy_ours(server, tmp_path, {})
    assert done.returncode in (0, 1), done.stdout
    assert "warning" in done.stdout or "error" in done.stdout
