"""Runs of a stock server that are done again, by its own worker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.console import Console
from tests.support.prefect_server import PrefectServer, stock_worker
from tests.support.site import until

FLOWS = """\
from pathlib import Path
from prefect import flow, get_run_logger

@flow
def fails_once(name: str):
    mark = Path(__file__).with_name("tried")
    if not mark.exists():
        mark.touch()
        get_run_logger().warning("beware")
        raise OSError("the first time")
    print(name)
"""


@pytest.mark.parametrize(
    "server", ["sqlite", pytest.param("newer", marks=pytest.mark.torture)], indirect=True
)
@pytest.mark.torture
def test_a_run_that_failed_is_scheduled_again(server: PrefectServer, tmp_path: Path) -> None:
    """It is the same run, with the parameters that it had, and the worker executes it."""
    server.create_pool("again")
    (tmp_path / "flows.py").write_text(FLOWS, encoding="utf-8")
    (tmp_path / "syntask.yaml").write_text(
        "deployments:\n"
        "- {name: again, entrypoint: flows.py:fails_once, parameters: {name: declared},\n"
        "   work_pool: {name: again}}\n",
        encoding="utf-8",
    )
    console = Console(tmp_path, tmp_path / "home", {"PREFECT_API_URL": server.api, "CI": "1"})

    def syntask(command: str, *, code: int = 0) -> str:
        done = console.run(f"syntask -q {command} 2>/dev/null", timeout=240)
        assert done.returncode == code, done.stdout
        return done.stdout

    def state(run: str) -> str:
        return str(server.request("GET", f"/flow_runs/{run}")["state_type"])

    syntask("deploy")
    run = syntask("deployment run again -p name=asked").strip()
    with stock_worker(server, "again", tmp_path / "worker"):
        until(lambda: state(run) == "FAILED", seconds=240, every=1)
        until(lambda: "beware" in syntask(f"flow-run logs {run} --level warning"), seconds=60, every=1)
        assert "pull step" not in syntask(f"flow-run logs {run} --level warning")
        assert syntask(f"flow-run logs {run} --since 2100-01-01") == ""
        listed = json.loads(syntask("flow-run ls --failed --since 1h -d again -o json"))
        assert [each["id"] for each in listed["flow_runs"]] == [run]
        assert json.loads(syntask("flow-run ls --failed --since 2100-01-01 -o json"))["flow_runs"] == []

        assert syntask("flow-run retry --failed --since 1h -d again", code=64) == ""
        printed = syntask("flow-run retry --failed --since 1h -d again --yes --watch")
        assert printed.startswith(run)
        assert "asked" in printed or state(run) == "COMPLETED"
    assert state(run) == "COMPLETED"
    assert json.loads(syntask("flow-run ls --failed --since 1h -d again -o json"))["flow_runs"] == []
