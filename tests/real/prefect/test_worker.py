"""A stock worker runs what we deploy."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import git_server
from tests.support.console import Console
from tests.support.git_repository import Repository
from tests.support.git_server import GitServer
from tests.support.prefect_server import PrefectServer, stock_worker

# A server of one's own asks for a user too; Prefect's worker puts both into the URL.
USER, PASSWORD = "robot", "hush-hush-0451"

PREFECT_FLOW = '''\
import sys

from prefect import flow


@flow(log_prints=True)
def report(city: str, days: int = 1) -> str:
    """Says what it was given, and whether anything of ours is loaded."""
    ours = [name for name in sys.modules if name.split(".")[0] in ("syntask", "syntask_yaml")]
    print(f"report: {city} {days} {ours}")
    return city
'''
OUR_FLOW = '''\
from pathlib import Path

from syntask import flow


@flow(name="our-own", retries=2, log_prints=True)
def own(marks: str) -> str:
    """Fails once, so that somebody has to try it again."""
    with Path(marks).open("a") as file:
        file.write("tried\\n")
    if Path(marks).read_text().count("tried") < 2:
        raise ValueError("not yet")
    print(f"own: {type(own).__module__}")
    return "done"
'''


@pytest.fixture(name="pool", scope="module")
def _pool(sqlite: PrefectServer) -> str:
    sqlite.create_pool("stock")
    return "stock"


@pytest.fixture(name="worker", scope="module")
def _worker(
    sqlite: PrefectServer, pool: str, served: GitServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A worker that trusts the git server's certificate; its log."""
    trust = {"GIT_SSL_CAINFO": str(served.certificate), "GIT_TERMINAL_PROMPT": "0"}
    with stock_worker(sqlite, pool, tmp_path_factory.mktemp("worker"), **trust) as log:
        yield log


@pytest.fixture(name="served", scope="module")
def _served() -> Iterator[GitServer]:
    """A repository with a flow, behind a password."""
    if git_server.NO_APACHE:
        pytest.skip(git_server.NO_APACHE)
    with git_server.public_directory() as base:
        work = Repository(base / "work" / "app")
        work.commit(flows__report=PREFECT_FLOW)
        (work.path / "flows" / "report").rename(work.path / "flows" / "report.py")
        work.commit()
        subprocess.run(
            ["git", "clone", "--quiet", "--bare", str(work.path), str(base / "app.git")], check=True
        )
        with git_server.apache(base, {USER: PASSWORD}) as server:
            yield server


@pytest.fixture(name="console")
def _console(sqlite: PrefectServer, tmp_path: Path) -> Console:
    directory = tmp_path / "project"
    directory.mkdir()
    return Console(directory, tmp_path / "home", {"PREFECT_API_URL": sqlite.api})


def run(console: Console, command: str, *, timeout: float = 60) -> str:
    """What a command that succeeds printed."""
    done = console.run(command, timeout=timeout)
    assert done.returncode == 0, done.stdout
    return done.stdout


def logs(console: Console, printed: str, awaited: str) -> str:
    """The lines of the run that was *printed*; they reach the server a moment after it ended."""
    found = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", printed)
    assert found is not None, printed
    deadline = time.monotonic() + 30
    while awaited not in (lines := run(console, f"syntask flow-run logs {found[0]}")):
        assert time.monotonic() < deadline, lines
        time.sleep(0.5)
    return lines


def test_a_stock_worker_clones_with_a_token_from_a_block(
    sqlite: PrefectServer, served: GitServer, worker: Path, console: Console
) -> None:
    """Nothing of ours is in the stored steps, nor loaded in the run, and the token is nowhere."""
    (console.directory / "flows").mkdir()
    (console.directory / "flows" / "report.py").write_text(PREFECT_FLOW, encoding="utf-8")
    (console.directory / "syntask.yaml").write_text(
        f"""\
name: cloned
pull:
  - syntask.deployments.steps.git_clone:
      id: clone
      repository: {served.https}/private/app.git
      branch: main
      credentials:
        username: {USER}
        password: "{{{{ syntask.blocks.secret.git-token }}}}"
deployments:
  - name: from-git
    entrypoint: flows/report.py:report
    parameters: {{city: Berlin}}
    work_pool: {{name: stock}}
""",
        encoding="utf-8",
    )
    run(console, f"printf %s {PASSWORD} | syntask block create secret git-token")
    run(console, "syntask deploy --all")

    (stored,) = [each for each in sqlite.every("deployments") if each["name"] == "from-git"]
    assert "syntask" not in json.dumps(stored["pull_steps"])
    assert PASSWORD not in json.dumps(stored)
    printed = run(console, "syntask deployment run from-git -p days=3 --watch", timeout=180)

    assert "report: Berlin 3 []" in logs(console, printed, "report:")
    assert USER in served.users()
    assert PASSWORD not in worker.read_text(encoding="utf-8")


def test_a_stock_worker_runs_our_own_decorator(worker: Path, console: Console, tmp_path: Path) -> None:
    """From the folder of the project; there it is Prefect's flow, retries included."""
    (console.directory / "flows.py").write_text(OUR_FLOW, encoding="utf-8")
    (console.directory / "syntask.yaml").write_text(
        f"""\
name: local
deployments:
  - name: from-here
    entrypoint: flows.py:own
    parameters: {{marks: {tmp_path}/marks}}
    work_pool: {{name: stock}}
""",
        encoding="utf-8",
    )
    run(console, "syntask deploy --all")
    printed = run(console, "syntask deployment run from-here --watch", timeout=180)

    assert (tmp_path / "marks").read_text(encoding="utf-8") == "tried\ntried\n"
    assert "own: prefect.flows" in logs(console, printed, "own:")
