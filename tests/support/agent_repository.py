"""A repository whose deployments agents of Prefect 2 ran, and what their runs printed."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import git_server
from tests.support.git_repository import Repository
from tests.support.prefect_server import PrefectServer

FLOW = '''\
import os

from prefect import flow


@flow(log_prints=True)
def report(city: str, days: int = 1):
    """Say what the run was given, and where its code was."""
    print(f"report: {city} {days} {os.environ.get('LEVEL')} PLACE")
'''
# What is printed by a run begins with it.
PRINTS = "report: "
_BLOCKS = """\
import sys

from prefect.filesystems import GitHub, LocalFileSystem

GitHub(repository=sys.argv[1]).save("code")
LocalFileSystem(basepath=sys.argv[2]).save("share")
"""
# The options of `deployment build` for each of the deployments of the flow.
DEPLOYMENTS: Mapping[str, tuple[str, ...]] = {
    "here": ("--param", "city=Rome", "--override", "env.LEVEL=DEBUG", "--cron", "0 6 * * *"),
    "from-git": ("--param", "city=Oslo", "--storage-block", "github/code", "--interval", "3600"),
    "from-share": ("--param", "city=Bern", "--param", "days=7", "--storage-block", "local-file-system/share"),
}
QUEUE = "loads"


@dataclass(frozen=True, slots=True)
class AgentRepository:
    """The *folder* as an agent's team had it, and the line that each deployment's run *printed*.

    *environ* is what whoever clones its code needs.
    """

    folder: Path
    environ: Mapping[str, str]
    printed: Mapping[str, str]


@contextmanager
def agent_repository(base: Path, server: PrefectServer) -> Iterator[AgentRepository]:
    """One below *base*, whose deployments *server* has and an agent has run; its code is served meanwhile."""
    folder, share = base / "project", base / "share"
    _write_flow(folder, "here")
    _write_flow(share, "share")
    with _served() as served:
        trust = {"GIT_SSL_CAINFO": str(served.certificate), "GIT_TERMINAL_PROMPT": "0"}
        environ = {**server.client_environ, **trust}
        _save_blocks(server, f"{served.https}/public/app.git", share)
        for name, options in DEPLOYMENTS.items():
            what = ("flows/report.py:report", "--name", name, "--output", f"{name}-deployment.yaml")
            words = ("deployment", "build", *what, "-q", QUEUE, "--skip-upload", "-a", *options)
            _run(server, folder, environ, *words)
            with (folder / "deploy.sh").open("a", encoding="utf-8") as script:
                script.write(shlex.join(("prefect", *words)) + "\n")
        yield AgentRepository(folder, trust, _by_agent(server, folder, environ))


def _by_agent(server: PrefectServer, folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What a run of each deployment prints."""
    deployments = {each["name"]: each["id"] for each in server.every("deployments")}
    runs = {
        name: server.request("POST", f"/deployments/{deployments[name]}/create_flow_run", {})["id"]
        for name in DEPLOYMENTS
    }
    _run(server, folder, environ, "agent", "start", "-q", QUEUE, "--run-once")
    return {name: printed_by(server, run) for name, run in runs.items()}


def printed_by(server: PrefectServer, run: str) -> str:
    """The line that a run printed."""
    lines = server.request("POST", "/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})
    (line,) = (each["message"] for each in lines if each["message"].startswith(PRINTS))
    return str(line)


def _save_blocks(server: PrefectServer, *arguments: str | Path) -> None:
    argv = [server.python, "-c", _BLOCKS, *arguments]
    subprocess.run(argv, env=server.client_environ, check=True, capture_output=True)


def _run(server: PrefectServer, folder: Path, environ: Mapping[str, str], *words: str) -> None:
    done = subprocess.run(
        [server.program, *words],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _served() -> Iterator[git_server.GitServer]:
    with git_server.public_directory() as base:
        work = Repository(base / "work" / "app")
        _write_flow(work.path, "git")
        work.commit()
        argv = ["git", "clone", "--quiet", "--bare", str(work.path), str(base / "app.git")]
        subprocess.run(argv, check=True)
        with git_server.apache(base, {}) as server:
            yield server


def _write_flow(folder: Path, place: str) -> None:
    (folder / "flows").mkdir(parents=True)
    (folder / "flows" / "report.py").write_text(FLOW.replace("PLACE", place), encoding="utf-8")
