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
    ("What is the deployment called?", f"asked{ENTER}"),
    ("What is it for, in a sentence?", ENTER),
    ("source (text)", f"orders{ENTER}"),
    ("Which parameter gets another value?", ENTER),
    ("When does it run by itself?", DOWN + ENTER),
    ("How often?", f"2 hours{ENTER}"),
    ("And when else?", ENTER),
    ("Does that begin with the first deploy?", ENTER),
)
POOL = (
    ("What is the new work pool called?", f"asked-pool{ENTER}"),
    ("What are its runs?", ENTER),
)
REST = (
    ("Where do its runs get the code from?", ENTER),
    ("An environment variable", ENTER),
    ("At most how many runs at the same time?", ENTER),
    ("Tags, with commas between", ENTER),
    ("Is this to be written into syntask.yaml?", ENTER),
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
        ("Which work pool do its runs go to?", ENTER),
        ("Which image do its runs have?", DOWN + ENTER),
        ("What is the image called?", f"registry.example.com/shop:1{ENTER}"),
        ("Where do its runs get the code from?", ENTER),
        ("In which folder of the image is it?", f"/app{ENTER}"),
    )

    screen = _deploy(sqlite, folder, (*STORY, *image, *REST[1:]))

    assert "boxes     docker" in screen
    [deployment] = sqlite.every("deployments")
    assert deployment["job_variables"] == {"image": "registry.example.com/shop:1"}
    [pull] = deployment["pull_steps"]
    assert [*pull.values()] == [{"directory": "/app"}]
