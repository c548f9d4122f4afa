"""The wizard before a real Prefect server: a new work pool, a schedule, a run by a stock worker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.prefect_server import PrefectServer
from tests.support.terminal import DOWN, ENTER, Terminal

FLOWS = '''\
from prefect import flow


@flow(log_prints=True)
def load(source: str, limit: int = 100) -> None:
    """Load the rows of a source."""
    print(f"loading {source}, {limit} rows at the most")
'''
STORY = (
    ("Which flow?", ENTER),
    ("Deployment name?", f"asked{ENTER}"),
    ("Description?", ENTER),
    ("source (text)", f"orders{ENTER}"),
    ("Override a parameter?", ENTER),
    ("Run on a schedule?", DOWN + ENTER),
    ("How often?", f"2 hours{ENTER}"),
    ("Add another schedule?", ENTER),
    ("Activate the schedule on deploy?", ENTER),
)
POOL = (
    ("Name of the new work pool?", f"asked-pool{ENTER}"),
    ("Type of the work pool?", ENTER),
)
REST = (
    ("How do runs get the code?", ENTER),
    ("Environment variable", ENTER),
    ("Concurrency limit?", ENTER),
    ("Tags, separated by commas", ENTER),
    ("Save this to syntask.yaml?", ENTER),
)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "flows.py").write_text(FLOWS, encoding="utf-8")
    return folder


def _deploy(server: PrefectServer, folder: Path, story: tuple[tuple[str, str], ...]) -> str:
    environ = {**server.client_environ, "NO_COLOR": "1", "TZ": "UTC"}
    environ.pop("CI", None)
    program = str(Path(sys.executable).with_name("syntask"))
    with Terminal(program, "deploy", directory=folder, environ=environ) as opened:
        for question, keys in story:
            opened.answer(question, keys)
        assert opened.wait() == 0, opened.history
        return opened.history


def test_a_first_deployment_on_a_server_without_pools(sqlite: PrefectServer, folder: Path) -> None:
    """The pool is made, and the commands for what is next are those that apply."""
    sqlite.empty()

    screen = _deploy(sqlite, folder, (*STORY, *POOL, *REST))

    assert "Created work pool `asked-pool` of type `process`." in screen
    assert "syntask worker start --pool asked-pool" in screen
    assert "syntask deployment run load/asked" in screen
    [deployment] = sqlite.every("deployments")
    assert deployment["name"] == "asked"
    assert deployment["parameters"] == {"source": "orders"}
    assert deployment["work_pool_name"] == "asked-pool"
    [schedule] = deployment["schedules"]
    assert schedule["schedule"]["interval"] == 7200
    assert _run(sqlite, folder, "syntask", "-q", "deployment", "run", "load/asked") == 0
    worker = ("worker", "start", "--pool", "asked-pool", "--type", "process", "--run-once")
    assert _run(sqlite, folder, "prefect", *worker, "--install-policy", "never") == 0
    assert "COMPLETED" in {run["state_type"] for run in sqlite.every("flow_runs")}


def _run(server: PrefectServer, folder: Path, program: str, *arguments: str) -> int:
    """Run one of our commands, or one of Prefect's, to its end."""
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=server.client_environ, stdin=subprocess.DEVNULL, timeout=120, check=False
    )
    return done.returncode


def test_pools_that_are_there_are_offered_with_their_type(sqlite: PrefectServer, folder: Path) -> None:
    """One that takes an image asks for it, and for the way to the code."""
    sqlite.empty()
    sqlite.create_pool("boxes", type="docker")
    sqlite.create_pool("machines")
    image = (
        ("Work pool?", ENTER),
        ("Image for the runs?", DOWN + ENTER),
        ("Image name?", f"registry.example.com/shop:1{ENTER}"),
        ("How do runs get the code?", ENTER),
        ("Folder in the image?", f"/app{ENTER}"),
    )

    screen = _deploy(sqlite, folder, (*STORY, *image, *REST[1:]))

    assert "boxes     docker" in screen
    [deployment] = sqlite.every("deployments")
    assert deployment["job_variables"] == {"image": "registry.example.com/shop:1"}
    [pull] = deployment["pull_steps"]
    assert [*pull.values()] == [{"directory": "/app"}]
