"""Networks that fail and servers that go away: nothing doubled, nothing lost, the exit code right.

SYNTASK_TORTURE_SEEDS says with how many networks; `make torture` says six.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.flaky_proxy import PASSING, Fault, flaky
from tests.support.prefect_server import PrefectServer
from tests.support.processes import kill
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
    paused: true
    schedules:
      - {{cron: "0 {hour} * * *", slug: daily}}
      - {{interval: 3600, slug: hourly, anchor_date: "2026-01-01T00:00:00Z"}}
"""
TRIGGERS = """\
    triggers:
      - {type: event, expect: [done], match: {prefect.resource.id: "x.*"}}
"""
SEEDS = range(int(os.environ.get("SYNTASK_TORTURE_SEEDS", "2")))
# Deployments of a deploy whose server is killed. A server on SQLite takes half a second for each.
_MANY = min(300, int(os.environ.get("SYNTASK_TORTURE_DEPLOYMENTS", "90")))


@pytest.fixture(name="pool", autouse=True)
def _pool(request: pytest.FixtureRequest) -> None:
    """The work pool that is named in the project: others empty the server."""
    if "server" in request.fixturenames:
        server: PrefectServer = request.getfixturevalue("server")
        if "faults" not in {pool["name"] for pool in server.every("work_pools")}:
            server.create_pool("faults")


def write_project(folder: Path, count: int, *, prefix: str, trigger_every: int = 1) -> None:
    """*count* deployments, one of *trigger_every* with a trigger."""
    (folder / "flows.py").write_text(FLOW, encoding="utf-8")
    entries = (
        ENTRY.format(name=f"{prefix}-{number}", number=number, hour=number % 24)
        + (TRIGGERS if number % trigger_every == 0 else "")
        for number in range(count)
    )
    text = f"name: {prefix}\ndeployments:\n" + "".join(entries)
    (folder / "syntask.yaml").write_text(text, encoding="utf-8")


def deployed(server: PrefectServer, prefix: str) -> list[dict[str, Any]]:
    return [each for each in server.every("deployments") if each["name"].startswith(f"{prefix}-")]


def assert_whole(server: PrefectServer, prefix: str, count: int, *, trigger_every: int = 1) -> None:
    """Each deployment is there once, with two schedules, its automation if it has one, and its limit."""
    found = deployed(server, prefix)
    assert Counter(each["name"] for each in found) == {f"{prefix}-{number}": 1 for number in range(count)}
    run = Counter(each["actions"][0]["deployment_id"] for each in server.every("automations"))
    for each in found:
        assert sorted(schedule["slug"] for schedule in each["schedules"]) == ["daily", "hourly"]
        assert run[each["id"]] == (each["parameters"]["batch"] % trigger_every == 0), each["name"]
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


@pytest.fixture(name="mortal")
def _mortal(migrated: Path, tmp_path: Path) -> Iterator[PrefectServer]:
    """A server that a test may kill, with the pool."""
    server = PrefectServer(tmp_path / "server")
    shutil.copyfile(migrated, server.file)
    try:
        server.start().create_pool("faults")
        yield server
    finally:
        server.stop()


@contextmanager
def deploying(server: PrefectServer, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`syntask deploy` in *folder*, which leaves what it prints in `report.json` and `said`."""
    # A busy server on SQLite lets a write wait for more than a minute.
    patient = {"PREFECT_API_REQUEST_TIMEOUT": "300"}
    environ = {**server.client_environ, **patient, "SYNTASK_HOME": str(folder), "CI": "1", "NO_COLOR": "1"}
    argv = [str(Path(sys.executable).with_name("syntask")), "deploy", "--all", "--output", "json"]
    with (folder / "report.json").open("wb") as report, (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            argv,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=report,
            stderr=said,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            kill(process)


def report(folder: Path) -> dict[str, dict[str, Any]]:
    """What the last `deploying` reported of each deployment, by its name."""
    results = json.loads((folder / "report.json").read_text(encoding="utf-8"))["results"]
    return {each["deployment"].removeprefix("etl/"): each for each in results}


def written_by(server: PrefectServer) -> int:
    """How many deployments are in its file: asking a server that is so busy may take a minute."""
    with closing(sqlite3.connect(f"file:{server.file}?mode=ro", uri=True, timeout=30)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM deployment").fetchone()
    return int(count)


def test_a_server_that_is_killed_in_the_middle(mortal: PrefectServer, tmp_path: Path) -> None:
    """The report says what was applied and what was not; when the server is back, a deploy does the rest."""
    count, trigger_every = _MANY, 10
    folder = tmp_path / "project"
    folder.mkdir()
    write_project(folder, count, prefix="kill", trigger_every=trigger_every)
    with deploying(mortal, folder) as deploy:
        deadline = time.monotonic() + 180
        while written_by(mortal) < count // 3:
            assert deploy.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        mortal.kill()
        assert deploy.wait(180) == 1
    said, first = (folder / "said").read_text(encoding="utf-8"), report(folder)
    assert "backend-unreachable" in said
    assert list(first) == [f"kill-{number}" for number in range(count)]

    mortal.start()
    there = {each["name"] for each in mortal.every("deployments")}
    applied = {name for name, each in first.items() if each["action"] == "created"}
    untried = {name for name, each in first.items() if (each["error"] or "").startswith("Not attempted")}
    under_way = first.keys() - applied - untried
    assert applied <= there <= applied | under_way
    assert count // 3 <= len(there)
    assert 0 < len(under_way) <= 8

    with deploying(mortal, folder) as deploy:
        assert deploy.wait(600) == 0, (folder / "said").read_text(encoding="utf-8")
    second = report(folder)
    assert {second[name]["action"] for name in applied} == {"unchanged"}
    assert {second[name]["action"] for name in untried} == {"created"}
    assert_whole(mortal, "kill", count, trigger_every=trigger_every)
