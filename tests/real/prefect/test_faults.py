"""Networks that fail and servers that go away: nothing doubled, nothing lost, the exit code right."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.flaky_proxy import PASSING, Fault, flaky
from tests.support.prefect_server import PrefectServer, sqlite_server
from tests.support.side_by_side import deploy_ours

FLOW = '''\
from syntask import flow


@flow
def etl(batch: int = 1) -> None:
    """Loads."""
'''
ENTRY = """\
  - name: {name}
    entrypoint: flows.py:etl
    parameters: {{batch: {number}}}
    work_pool: {{name: faults}}
    concurrency_limit: 2
    schedules:
      - {{cron: "0 {hour} * * *", slug: daily}}
      - {{interval: 3600, slug: hourly, anchor_date: "2026-01-01T00:00:00Z"}}
    triggers:
      - {{type: event, expect: [done], match: {{prefect.resource.id: "x.*"}}}}
"""
SEEDS = range(6)


@pytest.fixture(name="server", scope="module")
def _server(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    with sqlite_server(tmp_path_factory.mktemp("faults"), migrated=migrated) as server:
        server.create_pool("faults")
        yield server


def write_project(folder: Path, count: int, *, prefix: str) -> None:
    (folder / "flows.py").write_text(FLOW, encoding="utf-8")
    entries = (
        ENTRY.format(name=f"{prefix}-{number}", number=number, hour=number % 24) for number in range(count)
    )
    text = f"name: {prefix}\ndeployments:\n" + "".join(entries)
    (folder / "syntask.yaml").write_text(text, encoding="utf-8")


def deployed(server: PrefectServer, prefix: str) -> list[dict[str, Any]]:
    return [each for each in server.every("deployments") if each["name"].startswith(f"{prefix}-")]


def assert_whole(server: PrefectServer, prefix: str, count: int) -> None:
    """Each deployment is there once, with two schedules, one automation and its limit."""
    found = deployed(server, prefix)
    assert Counter(each["name"] for each in found) == {f"{prefix}-{number}": 1 for number in range(count)}
    automations = [str(each["actions"]) for each in server.every("automations")]
    for each in found:
        assert sorted(schedule["slug"] for schedule in each["schedules"]) == ["daily", "hourly"]
        assert sum(each["id"] in actions for actions in automations) == 1, each["name"]
        assert each["global_concurrency_limit"]["limit"] == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_what_passes_by_is_overcome(server: PrefectServer, tmp_path: Path, seed: int) -> None:
    """Cut connections, delays, 429 and 503: one deploy does it, or says so and a second one does."""
    prefix, count = f"pass{seed}", 6
    write_project(tmp_path, count, prefix=prefix)
    with flaky(server.api, rate=0.2, seed=seed, faults=PASSING, delay=0.05) as proxy:
        for _ in range(4):
            done = deploy_ours(server, tmp_path, {"PREFECT_API_URL": proxy.api})
            assert done.returncode in (0, 1), done.stdout
            if done.returncode == 0:
                break
            assert "error" in done.stdout
        assert done.returncode == 0, done.stdout
        assert any(each.fault for each in proxy.seen)
    assert_whole(server, prefix, count)
    again = deploy_ours(server, tmp_path, {})
    assert (again.returncode, "unchanged" in again.stdout) == (0, True), again.stdout


@pytest.mark.parametrize("seed", SEEDS)
def test_what_breaks_is_said_and_mended(server: PrefectServer, tmp_path: Path, seed: int) -> None:
    """With 500 among them: an exit of 0 means that all is there, and running again completes it."""
    prefix, count = f"break{seed}", 6
    write_project(tmp_path, count, prefix=prefix)
    with flaky(server.api, rate=0.25, seed=seed, faults=(Fault.BROKEN, Fault.CUT_AFTER)) as proxy:
        done = deploy_ours(server, tmp_path, {"PREFECT_API_URL": proxy.api})
    assert done.returncode in (0, 1), done.stdout
    if done.returncode == 0:
        assert_whole(server, prefix, count)
    again = deploy_ours(server, tmp_path, {})
    assert again.returncode == 0, again.stdout
    assert_whole(server, prefix, count)


def test_a_server_that_is_killed_in_the_middle(migrated: Path, tmp_path: Path) -> None:
    """The deploy ends with a message; when the server is back, another one does the rest."""
    import shutil

    folder, count = tmp_path / "project", 120
    folder.mkdir()
    write_project(folder, count, prefix="kill")
    server = PrefectServer(tmp_path / "server")
    shutil.copyfile(migrated, server.file)
    try:
        server.start().create_pool("faults")
        deploy = subprocess.Popen(
            [str(Path(sys.executable).with_name("syntask")), "deploy", "--all"],
            cwd=folder,
            env={**server.client_environ, "SYNTASK_HOME": str(tmp_path), "CI": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        deadline = time.monotonic() + 60
        while len(server.every("deployments")) < 5 and time.monotonic() < deadline:
            time.sleep(0.1)
        server.kill()
        printed, _ = deploy.communicate(timeout=180)
        assert deploy.returncode == 1, printed
        assert "backend-unreachable" in printed

        server.start()
        there = len(server.every("deployments"))
        assert 5 <= there < count
        again = deploy_ours(server, folder, {})
        assert again.returncode == 0, again.stdout
        assert_whole(server, "kill", count)
    finally:
        server.stop()
