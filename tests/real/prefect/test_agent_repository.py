"""A repository of agents, upgraded: its runs print under workers what they printed under an agent."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support import git_server
from tests.support.agent_repository import DEPLOYMENTS, PRINTS, AgentRepository, agent_repository
from tests.support.console import Console
from tests.support.old_prefect import old_python
from tests.support.prefect_server import PrefectServer, sqlite_server, stock_worker

pytestmark = pytest.mark.torture

# Seconds.
_PATIENCE = 180.0


@pytest.fixture(name="repository", scope="module")
def _repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentRepository]:
    if git_server.NO_APACHE:
        pytest.skip(git_server.NO_APACHE)
    python, base = old_python(), tmp_path_factory.mktemp("agents")
    with sqlite_server(base / "old", python=python) as server, agent_repository(base, server) as found:
        yield found


@pytest.fixture(name="console")
def _console(repository: AgentRepository, tmp_path: Path) -> Console:
    """A shell in a copy of the repository, and nothing that leads to a server."""
    for name in ("work", "home"):
        (tmp_path / name).mkdir()
    console = Console(tmp_path / "work", tmp_path / "home", repository.environ)
    console.copy(repository.folder, leave_out=["__pycache__"])
    return console


def run(console: Console, command: str, *, code: int = 0) -> str:
    """What a command printed that ends with *code*."""
    done = console.run(command, timeout=300)
    assert done.returncode == code, done.stdout
    return done.stdout


def upgrade(console: Console, options: str = "") -> None:
    run(console, f"syntask upgrade --write --allow-dirty {options}")


def test_the_embedded_backend_runs_what_agents_ran(repository: AgentRepository, console: Console) -> None:
    upgrade(console)
    run(console, "syntask deploy --all")
    runs = _runs(console)
    run(console, "syntask worker start --run-once")

    assert _printed(console, runs) == repository.printed


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_stock_worker_runs_what_agents_ran(
    server: PrefectServer, repository: AgentRepository, console: Console
) -> None:
    console.environ = {**repository.environ, "PREFECT_API_URL": server.api}
    upgrade(console, "--pool process=agents")
    run(console, "syntask work-pool create agents --type process")
    run(console, "syntask deploy --all")
    runs = _runs(console)

    with stock_worker(server, "agents", console.home / "worker", **repository.environ):
        assert _printed(console, runs) == repository.printed


def _runs(console: Console) -> dict[str, str]:
    """A new run of each deployment."""
    runs = {name: run(console, f"syntask deployment run report/{name} -o json") for name in DEPLOYMENTS}
    return {name: json.loads(text)["id"] for name, text in runs.items()}


def _printed(console: Console, runs: Mapping[str, str]) -> dict[str, str]:
    """The line that each run printed; it reaches a server a moment after the run ended."""
    deadline = time.monotonic() + _PATIENCE
    found: dict[str, str] = {}
    while found.keys() != runs.keys() and time.monotonic() < deadline:
        for name, id_ in runs.items():
            lines = json.loads(run(console, f"syntask flow-run logs {id_} -o json"))["logs"]
            for line in lines:
                if line["message"].startswith(PRINTS):
                    found[name] = line["message"]
    return found
