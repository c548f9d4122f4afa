"""Why a run of a stock server waits or how it ended, as its API tells it; runs are executed by its worker."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.cli.views.why import encode_explanation
from syntask_yaml.operations.runs import find_run
from syntask_yaml.operations.why.explanation import explain
from syntask_yaml.operations.why.facts import gather
from tests.support.console import Console
from tests.support.prefect_server import PrefectServer, stock_worker
from tests.support.processes import kill, start
from tests.support.site import until

FLOWS = """\
import os, signal, sys, time
from pathlib import Path
from prefect import flow

MARKS = Path(__file__).parent

def inner(order):
    raise ValueError(f"the order {order} has no customer")

@flow
def raises(): inner(17)

@flow
def killed(): os.kill(os.getpid(), signal.SIGKILL)

@flow
def leaves(): sys.exit(3)

@flow
def sleeps():
    (MARKS / "began").write_text("x")
    time.sleep(600)

@flow(timeout_seconds=1)
def late(): time.sleep(5)

@flow
def good(): pass

@flow
def typed(n: int): pass
"""
BROKEN = "from prefect import flow\nimport nosuchmodule\n"
STEPS = "prefect.deployments.steps"
PATIENCE = 240.0

# How runs end: the entrypoint, what else the deployment has, and the reason.
ENDS: dict[str, tuple[str, dict[str, Any], str]] = {
    "good": ("flows.py:good", {}, "completed"),
    "raises": ("flows.py:raises", {}, "flow-raised"),
    "leaves": ("flows.py:leaves", {}, "flow-raised"),
    "late": ("flows.py:late", {}, "timed-out"),
    "killed": ("flows.py:killed", {}, "process-killed"),
    "broken": ("broken.py:go", {}, "flow-not-loaded"),
    "typed": ("flows.py:typed", {"parameters": {"n": "x"}}, "wrong-parameters"),
    "pull": ("flows.py:good", {"shell": "false"}, "pull-step-failed"),
    "folder": ("flows.py:good", {"job_variables": {"working_dir": "/no/such/folder"}}, "not-started"),
}


@dataclass
class Place:
    """A server with a pool, and a folder with flows."""

    server: PrefectServer
    folder: Path
    console: Console
    pool: str
    deployments: dict[str, str] = field(default_factory=dict)

    def deploy(self, name: str, entrypoint: str, *, shell: str = "", **more: Any) -> str:
        flow = self.server.request("POST", "/flows/", {"name": f"{self.pool}-{name}"})
        pull = [{f"{STEPS}.set_working_directory": {"directory": str(self.folder)}}]
        pull += [{f"{STEPS}.run_shell_script": {"script": shell}}] if shell else []
        body = {
            "name": "d",
            "flow_id": flow["id"],
            "entrypoint": entrypoint,
            "pull_steps": pull,
            "work_pool_name": self.pool,
            **more,
        }
        return str(self.server.request("POST", "/deployments/", body)["id"])

    def ask(self, deployment: str, **details: Any) -> str:
        """A new run; its id."""
        body = {"state": {"type": "SCHEDULED", "state_details": details}}
        return str(self.server.request("POST", f"/deployments/{deployment}/create_flow_run", body)["id"])

    def state(self, run: str) -> str:
        return str(self.server.request("GET", f"/flow_runs/{run}")["state_name"])

    def printed(self, command: str) -> dict[str, Any]:
        """What a command prints as JSON."""
        document: dict[str, Any] = json.loads(self.console.run(f"syntask {command} -o json").stdout)
        return document

    def statuses(self) -> tuple[str, str]:
        """How the pool and its default queue stand."""
        pools = self.printed("work-pool ls")["work_pools"]
        (queue,) = self.printed(f"work-queue ls -p {self.pool}")["work_queues"]
        return next(each["status"] for each in pools if each["name"] == self.pool), queue["status"]

    def why(self, run: str) -> list[dict[str, Any]]:
        """The reasons that `syntask why` prints as JSON."""
        with closing(PrefectBackend.open(self.server.api, {})) as backend:
            found = explain(gather(backend, find_run(backend, run), datetime.now(UTC)))
        reasons: list[dict[str, Any]] = encode_explanation(found)["reasons"]
        return reasons

    def codes(self, run: str) -> list[str]:
        return [reason["code"] for reason in self.why(run)]

    def evidence(self, run: str) -> str:
        return "\n".join(each["text"] for each in self.why(run)[0]["evidence"])

    def worker(self, *, name: str = "stock", **environ: str) -> Any:
        return stock_worker(self.server, self.pool, self.folder / name, name=name, **environ)


@pytest.fixture(name="place")
def _place(request: pytest.FixtureRequest, server: PrefectServer, tmp_path: Path) -> Place:
    pool = f"why-{abs(hash(request.node.name)) % 10**8}"
    server.create_pool(pool)
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "flows.py").write_text(FLOWS, encoding="utf-8")
    (folder / "broken.py").write_text(BROKEN, encoding="utf-8")
    console = Console(folder, tmp_path / "home", {"PREFECT_API_URL": server.api})
    return Place(server, folder, console, pool)


@pytest.mark.parametrize(
    "server", [pytest.param("sqlite", marks=pytest.mark.torture), "newer"], indirect=True
)
def test_how_runs_end(place: Place) -> None:
    """One worker executes them all; the reasons are those of the embedded backend."""
    runs = {}
    for name, (entrypoint, more, _) in ENDS.items():
        runs[name] = place.ask(place.deploy(name, entrypoint, **more))
    with place.worker():
        until(lambda: all(place.state(run) in _FINAL for run in runs.values()), seconds=PATIENCE, every=1)
        # The last lines reach the server a moment after the state.
        until(lambda: "nosuchmodule" in place.why(runs["broken"])[0]["detail"], seconds=90, every=1)
        until(lambda: "flows.py:8" in place.evidence(runs["raises"]), seconds=90, every=1)
        until(lambda: place.codes(runs["pull"]) == ["pull-step-failed"], seconds=90, every=1)
    assert {name: place.codes(run) for name, run in runs.items()} == {
        name: [code] for name, (_, _, code) in ENDS.items()
    }
    details = {name: place.why(run)[0]["detail"] for name, run in runs.items()}
    assert "ValueError: the order 17 has no customer" in details["raises"]
    assert "in inner" in place.evidence(runs["raises"])
    assert "SIGKILL" in details["killed"]
    assert "Pull step 2 (`run_shell_script`)" in details["pull"]
    assert "SystemExit: 3" in details["leaves"]


_FINAL = {"Completed", "Failed", "Crashed", "TimedOut", "Cancelled"}


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_what_keeps_runs_waiting(place: Place) -> None:
    """All that holds is told, and the command for each is accepted by the server."""
    server, pool = place.server, place.pool
    deployment = place.deploy("good", "flows.py:good", concurrency_limit=1)
    run = place.ask(deployment)
    assert place.codes(run) == ["no-worker"]
    assert place.evidence(run) == "The backend knows no worker of this pool."
    assert place.why(run)[0]["command"] == f"syntask worker start --pool {pool}"
    printed = json.loads(place.console.run(f"syntask why {run} -o json").stdout)
    assert printed["reasons"] == place.why(run)

    tomorrow = place.ask(deployment, scheduled_time="2100-01-01T00:00:00Z")
    assert place.codes(tomorrow) == ["scheduled-later"]

    for path, body, code in (
        (f"/work_pools/{pool}", {"is_paused": True}, "pool-paused"),
        (f"/work_pools/{pool}", {"concurrency_limit": 0}, "pool-limit-zero"),
        (f"/work_pools/{pool}/queues/default", {"is_paused": True}, "queue-paused"),
        (f"/work_pools/{pool}/queues/default", {"concurrency_limit": 0}, "queue-limit-zero"),
    ):
        server.request("PATCH", path, body)
        assert place.codes(run) == [code, "no-worker"]
        command = place.why(run)[0]["command"]
        assert place.console.run(command).returncode == 0
        assert place.codes(run) == ["no-worker"]

    holder = place.ask(deployment)
    server.request("POST", f"/flow_runs/{holder}/set_state", {"state": {"type": "PENDING"}, "force": True})
    for path, code in (
        (f"/work_pools/{pool}", "pool-full"),
        (f"/work_pools/{pool}/queues/default", "queue-full"),
    ):
        server.request("PATCH", path, {"concurrency_limit": 1})
        assert place.codes(run) == ["deployment-full", code, "no-worker"]
        assert holder[:8] in place.evidence(run)
        server.request("PATCH", path, {"concurrency_limit": None})


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_queue_that_no_worker_looks_at(place: Place) -> None:
    """The server knows when each queue was last polled."""
    place.server.request("POST", f"/work_pools/{place.pool}/queues", {"name": "high"})
    run = place.ask(place.deploy("good", "flows.py:good", work_queue_name="high"))
    argv = [place.server.program, "worker", "start", "--pool", place.pool, "--work-queue", "default"]
    worker = start(argv, log=place.folder / "log", environ=place.server.client_environ, cwd=place.folder)
    try:
        until(lambda: place.codes(run) == ["queue-unserved"], seconds=60, every=1)
        assert "No worker has looked for runs of the work queue `high` yet." in place.why(run)[0]["detail"]
        assert place.why(run)[0]["command"].endswith(f"--pool {place.pool} --work-queue high")
    finally:
        kill(worker)


@pytest.fixture(name="sleeping")
def _sleeping(place: Place) -> Iterator[str]:
    """A run that goes on."""
    run = place.ask(place.deploy("sleeps", "flows.py:sleeps", concurrency_limit=1))
    with place.worker(PREFECT_WORKER_HEARTBEAT_SECONDS="1"):
        until((place.folder / "began").exists, seconds=PATIENCE, every=0.5)
        yield run


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
@pytest.mark.torture
def test_a_run_that_goes_on_and_one_that_waits_for_its_slot(place: Place, sleeping: str) -> None:
    until(lambda: place.codes(sleeping) == ["running"], seconds=90, every=1)
    assert "Worker `stock` was last seen" in place.evidence(sleeping)
    deployment = place.server.request("GET", f"/flow_runs/{sleeping}")["deployment_id"]
    other = place.ask(deployment)
    until(lambda: place.state(other) == "AwaitingConcurrencySlot", seconds=60, every=1)
    assert place.codes(other) == ["deployment-full"]
    assert sleeping[:8] in place.evidence(other)

    assert place.console.run(f"syntask flow-run cancel {sleeping}").returncode == 0
    until(lambda: place.codes(sleeping) in (["cancelling"], ["cancelled-on-request"]), every=0.5)
    assert "@" in place.evidence(sleeping)
    until(lambda: place.codes(sleeping) == ["cancelled-on-request"], seconds=PATIENCE, every=1)
    assert "@" in place.evidence(sleeping)


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
@pytest.mark.torture
def test_a_worker_that_is_killed(place: Place) -> None:
    """The server goes on calling its run Running: the worker's last sign of life shows it."""
    run = place.ask(place.deploy("sleeps", "flows.py:sleeps"))
    own = {
        **place.server.client_environ,
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_WORKER_HEARTBEAT_SECONDS": "1",
    }
    argv = [place.server.program, "worker", "start", "--pool", place.pool, "--name", "box"]
    assert place.statuses() == ("NOT_READY", "NOT_READY")
    worker = start(argv, log=place.folder / "log", environ=own, cwd=place.folder)
    try:
        until((place.folder / "began").exists, seconds=PATIENCE, every=0.5)
        assert place.statuses() == ("READY", "READY")
        place.console.run(f"syntask work-pool update {place.pool} --concurrency-limit 1")
        assert place.statuses() == ("FULL", "READY")
    finally:
        kill(worker)
    began = time.monotonic()
    until(lambda: place.codes(run) == ["worker-silent"], seconds=180, every=2)
    assert "Worker `box` was last seen" in place.evidence(run), time.monotonic() - began
    until(lambda: place.statuses() == ("NOT_READY", "NOT_READY"), seconds=90, every=2)
    assert place.printed("status")["silent"] == [run]


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_run_that_was_paused(place: Place) -> None:
    run = place.ask(place.deploy("good", "flows.py:good"))
    place.server.request("POST", f"/flow_runs/{run}/set_state", {"state": {"type": "RUNNING"}, "force": True})
    place.server.request("POST", f"/flow_runs/{run}/set_state", {"state": {"type": "PAUSED"}, "force": True})
    assert place.codes(run) == ["paused"]
