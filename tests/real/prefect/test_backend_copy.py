"""A store is copied to real servers, with its secrets and schedules; killed at any write, it is finished."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Console
from tests.support.copying import PLANTED, Copying, without_anything
from tests.support.prefect_server import PrefectServer, stock_worker
from tests.support.processes import end, start

# A copy of the store has fewer writes than this.
_MOST_WRITES = 60


def copying_to(server: PrefectServer, folder: Path) -> Copying:
    """A store to copy to *server*, which is empty."""
    for name in ("work", "home"):
        (folder / name).mkdir()
    without_anything(server)
    environ = {"MARKS": str(folder / "marks")}
    copying = Copying(Console(folder / "work", folder / "home", environ), server.api)
    copying.prepare()
    return copying


@pytest.fixture(
    name="server",
    params=["sqlite", *(pytest.param(name, marks=pytest.mark.torture) for name in ("newer", "postgres"))],
)
def _server(request: pytest.FixtureRequest) -> PrefectServer:
    """A server on SQLite, and one of the newer Prefect on PostgreSQL."""
    found: PrefectServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture(name="copying")
def _copying(server: PrefectServer, tmp_path: Path) -> Copying:
    return copying_to(server, tmp_path)


def by_name(server: PrefectServer, kind: str) -> dict[str, Any]:
    return {each["name"]: each for each in server.every(kind)}


def secrets_of(server: PrefectServer) -> dict[str, Any]:
    found = server.request("POST", "/block_documents/filter", {"include_secrets": True})
    return {each["name"]: each["data"] for each in found}


def test_a_server_gets_all_that_the_store_has(server: PrefectServer, copying: Copying) -> None:
    """As it was, and then the schedules run there and no longer here."""
    done = copying.copy()

    assert done.returncode == 0, done.stdout
    variables = {name: (each["value"], each["tags"]) for name, each in by_name(server, "variables").items()}
    assert variables == {
        "region": ("eu-central-1", ["places"]),
        "sizes": ({"small": [1, 2], "large": None}, []),
    }
    login = {"aws_access_key_id": "key", "aws_secret_access_key": f"{PLANTED}-aws"}
    assert secrets_of(server) == {
        "token": {"value": f"{PLANTED}-token"},
        "zeta": login,
        "code": {"bucket_name": "b", "bucket_folder": "f", "credentials": login},
        "team": {"service_account_info": {"private_key": f"{PLANTED}-gcp", "client_email": "a@example.org"}},
    }
    pools = by_name(server, "work_pools")
    assert {name: (each["is_paused"], each["concurrency_limit"]) for name, each in pools.items()} == {
        "default": (False, None),
        "etl": (False, 4),
        "idle": (True, None),
    }
    env = pools["etl"]["base_job_template"]["variables"]["properties"]["env"]
    assert env["default"] == {"REGION": "{{ prefect.variables.region }}"}
    queues = {(each["work_pool_name"], each["name"]): each for each in server.every("work_queues")}
    fields = ("priority", "concurrency_limit", "is_paused")
    assert {key: tuple(each[field] for field in fields) for key, each in queues.items()} == {
        ("default", "default"): (1, None, False),
        ("etl", "high"): (1, 2, False),
        ("etl", "default"): (2, None, False),
        ("etl", "low"): (3, None, True),
        ("idle", "default"): (1, 3, False),
    }
    check_deployments(server)
    assert not copying.is_on_here()


def check_deployments(server: PrefectServer) -> None:
    found = by_name(server, "deployments")
    assert {name: each["paused"] for name, each in found.items()} == {
        "often": False,
        "resting": True,
        "by-hand": False,
    }
    often = found["often"]
    assert (often["work_pool_name"], often["work_queue_name"]) == ("etl", "high")
    assert (often["parameters"], often["version"], often["tags"]) == ({"n": 3}, "7", ["nightly", "orders"])
    assert often["global_concurrency_limit"]["limit"] == 2
    assert often["labels"]["syntask.project"] == "shop"
    assert often["job_variables"]["env"]["TOKEN"] == "{{ prefect.blocks.secret.token }}"
    assert sorted((each["active"], each["slug"] or "") for each in often["schedules"]) == [
        (False, ""),
        (True, ""),
        (True, "nightly"),
    ]
    (automation,) = server.every("automations")
    assert (automation["name"], automation["enabled"]) == ("when orders arrive", True)
    assert automation["actions"][0]["deployment_id"] == often["id"]


def test_twice_is_nothing_and_the_plan_is_empty(server: PrefectServer, copying: Copying) -> None:
    assert copying.copied()["complete"]
    before = {each["id"]: each["updated"] for each in server.every("deployments")}

    again = copying.copied()

    changed = {key: count for key, count in again["summary"].items() if count and key != "unchanged"}
    assert (again["complete"], again["changes"], changed) == (True, [], {})
    assert before == {each["id"]: each["updated"] for each in server.every("deployments")}
    plan = copying.console.run(f"syntask --backend {server.api} plan --all --detailed-exitcode")
    assert (plan.returncode, "No changes" in plan.stdout) == (0, True), plan.stdout


@pytest.mark.torture
def test_no_secret_is_seen_anywhere(server: PrefectServer, copying: Copying, tmp_path: Path) -> None:
    """On no stream, in no file of ours, and in no log of the server, also where something goes wrong."""
    printed = [
        copying.copy("--dry-run").stdout,
        copying.copy("").stdout,
        copying.copy("-o json --yes").stdout,
    ]
    for block in server.every("block_documents"):
        server.request("PATCH", f"/block_documents/{block['id']}", {"data": {"region_name": "other"}})
    printed += [copying.copy("--yes").stdout, copying.copy("--dry-run --overwrite -o json").stdout]
    printed += [copying.console.run(f"syntask -v backend copy --to {copying.url} --yes --overwrite").stdout]
    printed.append((server.home / "server.log").read_text(encoding="utf-8", errors="replace"))

    assert not any(PLANTED in text for text in printed)
    assert secrets_of(server)["token"] == {"value": f"{PLANTED}-token"}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if PLANTED.encode() in path.read_bytes()]


def test_what_differs_is_left_until_it_is_overwritten(server: PrefectServer, copying: Copying) -> None:
    """It is shown, its schedules stay, and everything else is copied."""
    server.request("POST", "/variables/", {"name": "region", "value": "us"})
    assert copying.copied("--yes --only blocks,pools,deployments --keep-running")["complete"]
    often = by_name(server, "deployments")["often"]
    server.request("PATCH", f"/deployments/{often['id']}", {"description": "Changed."})

    left = copying.copied()

    assert not left["complete"]
    problems = {(each["kind"], each["name"]): each["action"] for each in left["changes"] if each["reason"]}
    assert problems == {
        ("variable", "region"): "differs",
        ("deployment", "etl/often"): "differs",
        ("schedules", "etl/often"): "refused",
    }
    assert (by_name(server, "variables")["region"]["value"], copying.is_on_here()) == ("us", True)
    assert copying.copied("--yes --overwrite")["complete"]
    assert by_name(server, "variables")["region"]["value"] == "eu-central-1"
    assert by_name(server, "deployments")["often"]["description"] == "Loads orders."
    assert not copying.is_on_here()
    assert copying.copied()["changes"] == []


def test_a_deployment_runs_on_the_destination(sqlite: PrefectServer, tmp_path: Path) -> None:
    """By a stock worker, with the template of its pool, and the secret of its block."""
    copying = copying_to(sqlite, tmp_path)
    assert copying.copied()["complete"]

    with stock_worker(sqlite, "etl", tmp_path / "worker"):
        done = copying.console.run(
            f"syntask --backend {sqlite.api} deployment run etl/often --watch", timeout=120
        )

    assert done.returncode == 0, done.stdout
    assert (tmp_path / "marks").read_text(encoding="utf-8") == f"3 {PLANTED}-token\n"


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param(range(1, _MOST_WRITES, 17), id="some"),
        pytest.param(range(1, _MOST_WRITES), id="all", marks=pytest.mark.torture),
    ],
)
@pytest.mark.torture
def test_a_kill_before_any_write_is_finished(sqlite: PrefectServer, tmp_path: Path, numbers: range) -> None:
    """Never do both sides schedule; the next copy ends it, and the one after that has nothing to do."""
    copying = copying_to(sqlite, tmp_path)
    for number in numbers:
        without_anything(sqlite)
        copying.prepare()
        done = copying.killed(number)
        found = by_name(sqlite, "deployments").get("often")
        is_on_there = found is not None and not found["paused"]
        assert not (is_on_there and copying.is_on_here()), number
        if done.returncode == 0:
            break
        again = copying.copied()
        assert again["complete"], (number, again)
        check_deployments(sqlite)
        assert not copying.is_on_here(), number
        assert copying.copied()["changes"] == [], number
    else:
        assert len(numbers) < _MOST_WRITES - 1, "the copy never came to its end"


def test_the_same_backend_is_no_destination(sqlite: PrefectServer, tmp_path: Path) -> None:
    copying = copying_to(sqlite, tmp_path)
    sqlite.create_pool("default")

    done = copying.console.run(f"syntask --backend {sqlite.api}/ backend copy --to {sqlite.api} --yes")

    assert (done.returncode, "is the one to copy to" in done.stdout) == (64, True), done.stdout


def test_a_server_is_copied_to_another(sqlite: PrefectServer, newer: PrefectServer, tmp_path: Path) -> None:
    """Blocks that a template, a deployment or another block refers to by id have other ids there."""
    copying = copying_to(sqlite, tmp_path)
    without_anything(newer)
    assert copying.copied()["complete"]
    login = next(each for each in sqlite.every("block_documents") if each["name"] == "zeta")
    often = by_name(sqlite, "deployments")["often"]
    template = by_name(sqlite, "work_pools")["etl"]["base_job_template"]
    template["variables"]["properties"]["login"] = {
        "type": "object",
        "default": {"$ref": {"block_document_id": login["id"]}},
    }
    sqlite.request("PATCH", "/work_pools/etl", {"base_job_template": template})

    onward = f"syntask --backend {sqlite.api} backend copy --to {newer.api} --yes"
    done = copying.console.run(onward, timeout=300)
    again = copying.console.run(onward, timeout=300)

    assert done.returncode == 0, done.stdout
    assert (again.returncode, "No changes" in again.stdout) == (0, True), again.stdout
    check_deployments(newer)
    assert secrets_of(newer) == secrets_of(sqlite)
    there = next(each for each in newer.every("block_documents") if each["name"] == "zeta")
    found = by_name(newer, "work_pools")["etl"]["base_job_template"]["variables"]["properties"]["login"]
    assert found["default"] == {"$ref": {"block_document_id": there["id"]}}
    assert there["id"] != login["id"]
    assert sqlite.request("GET", f"/deployments/{often['id']}")["paused"]
    assert PLANTED not in done.stdout + again.stdout


def test_the_schedules_go_back(sqlite: PrefectServer, tmp_path: Path) -> None:
    """By a copy in the other direction, which finds everything there."""
    copying = copying_to(sqlite, tmp_path)
    assert copying.copied()["complete"]

    done = copying.console.run(
        f"syntask --backend {sqlite.api} backend copy --to embedded --only paused --yes", timeout=300
    )

    assert done.returncode == 0, done.stdout
    assert "1 moved" in done.stdout
    assert (copying.is_on_here(), by_name(sqlite, "deployments")["often"]["paused"]) == (True, True)


_OFTEN = """\
name: shop
deployments:
  - name: often
    entrypoint: flows.py:etl
    schedules: [{{interval: {seconds}, anchor_date: "{anchor}"}}]
    work_pool: {{name: default, job_variables: {{env: {{MARKS: "{marks}"}}}}}}
"""


@pytest.mark.torture
@pytest.mark.parametrize("seconds", [10, 2])
def test_every_run_happens_once_while_both_workers_are_at_work(
    sqlite: PrefectServer, tmp_path: Path, seconds: int
) -> None:
    """Each run is on one side, and none is missing, whether or not one is due while the schedules move."""
    copying = copying_to(sqlite, tmp_path)
    directory = copying.console.directory
    anchor = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=5)
    text = _OFTEN.format(seconds=seconds, anchor=anchor.isoformat(), marks=tmp_path / "marks")
    directory.joinpath("syntask.yaml").write_text(text, encoding="utf-8")
    assert copying.run("deployment delete --yes --force --all-matching '*'").returncode == 0
    assert copying.run("deploy --all").returncode == 0
    environ = copying.console.environment()
    sqlite.create_pool("default")
    worker = start(["syntask", "worker", "start"], log=tmp_path / "log", environ=environ, cwd=directory)
    try:
        with stock_worker(sqlite, "default", tmp_path / "worker"):
            time.sleep(35)
            done = copying.copied()
            time.sleep(35)
    finally:
        end(worker)
    assert done["complete"], done
    listed = copying.run("flow-run ls --limit 200 -o json").stdout
    here = {
        datetime.fromisoformat(run["scheduled"])
        for run in json.loads(listed)["flow_runs"]
        if run["state"] != "SCHEDULED"
    }
    chosen = {"flow_runs": {"expected_start_time": {"before_": datetime.now(UTC).isoformat()}}, "limit": 200}
    found = sqlite.request("POST", "/flow_runs/filter", chosen)
    there = {datetime.fromisoformat(run["expected_start_time"]) for run in found}

    assert here
    assert there
    assert not here & there
    assert len(found) == len(there)
    assert {(later - earlier).total_seconds() for earlier, later in pairwise(sorted(here | there))} == {
        seconds
    }
