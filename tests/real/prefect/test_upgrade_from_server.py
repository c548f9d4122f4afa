"""What agents had on real servers of Prefect 2, read and converted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from syntask_yaml.backend.prefect.old_server import OldServer
from tests.support.agents import build_deployments
from tests.support.console import Console
from tests.support.old_prefect import old_python
from tests.support.prefect_server import PrefectServer, sqlite_server, version_of


@pytest.fixture(name="old", scope="module", params=["2.19", pytest.param("2.20", marks=pytest.mark.torture)])
def _old(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[PrefectServer, Path]]:
    """A server with deployments of agents, and the folder that they were built in."""
    python = old_python(request.param)
    folder = tmp_path_factory.mktemp("agents")
    with sqlite_server(tmp_path_factory.mktemp("old"), python=python) as server:
        build_deployments(server, folder)
        yield server, folder


@pytest.fixture(name="console")
def _console(old: tuple[PrefectServer, Path], tmp_path: Path) -> Console:
    """A shell in a copy of the folder."""
    for name in ("work", "home"):
        (tmp_path / name).mkdir()
    console = Console(tmp_path / "work", tmp_path / "home")
    console.copy(old[1], leave_out=["__pycache__"])
    return console


def entries(console: Console) -> dict[str, Any]:
    """What is declared, by name."""
    text = (console.directory / "syntask.yaml").read_text(encoding="utf-8")
    return {entry["name"]: entry for entry in yaml.safe_load(text)["deployments"]}


def test_the_reader_knows_the_version(old: tuple[PrefectServer, Path]) -> None:
    server = OldServer.open(old[0].api)
    try:
        assert server.api.version == version_of(old[0].python)
    finally:
        server.close()


def test_files_and_server_become_one_project(old: tuple[PrefectServer, Path], console: Console) -> None:
    """A block in a file has the server's values, and what has no file is an entry too."""
    copy = console.directory / "nightly-deployment.yaml"
    copy.write_text(copy.read_text(encoding="utf-8").replace("orders:2", "orders:1"), encoding="utf-8")
    command = f"syntask upgrade --from-server={old[0].api} --all-deployments --write --allow-dirty"

    done = console.run(command)

    assert done.returncode == 0, done.stdout
    assert "differs from the server in `image`" in done.stdout
    assert f"deployment load-orders/often on {old[0].api}" in done.stdout
    assert "syntask work-queue create loads --pool orders --concurrency-limit 3" in done.stdout
    assert "syntask concurrency-limit create tag:db --limit 2" in done.stdout
    found = entries(console)
    assert found["nightly"]["work_pool"] == {
        "name": "orders",
        "work_queue_name": "loads",
        "job_variables": {"image": "orders:2", "env": {"LEVEL": "DEBUG"}},
    }
    assert found["often"]["pull"] == [
        {
            "syntask.deployments.steps.git_clone": {
                "repository": "https://git.example/orders",
                "access_token": "{{ syntask.blocks.secret.code }}",
            }
        }
    ]
    assert found["often"]["schedules"][0]["interval"] == 600
    assert (found["paused"]["paused"], found["paused"]["schedules"][0]["active"]) == (True, False)
    again = console.run(f"{command} --check")
    assert (again.returncode, "Nothing to upgrade." in again.stdout) == (0, True), again.stdout


@pytest.mark.parametrize("output", ["text", "json", "github"])
def test_no_output_holds_a_secret(old: tuple[PrefectServer, Path], console: Console, output: str) -> None:
    url = old[0].api.replace("//", "//user:hush-hush@")
    done = console.run(
        f"syntask upgrade --from-server={url} --all-deployments -o {output} --report report.md"
    )

    assert "load-orders/often" in done.stdout + (console.directory / "report.md").read_text(encoding="utf-8")
    assert "hush-hush" not in done.stdout
    assert "hush-hush" not in (console.directory / "report.md").read_text(encoding="utf-8")


def test_the_configured_server_is_the_default(old: tuple[PrefectServer, Path], console: Console) -> None:
    done = console.run(f"PREFECT_API_URL={old[0].api} syntask upgrade --from-server")

    assert (done.returncode, "load-orders/nightly" in done.stdout) == (0, True), done.stdout


def test_a_server_that_is_no_target_says_what_reads_it(
    old: tuple[PrefectServer, Path], console: Console
) -> None:
    console.run(f"syntask upgrade --from-server={old[0].api} --write --allow-dirty")

    done = console.run(f"syntask --backend {old[0].api} plan --all")

    assert "is a Prefect 2" in done.stdout
    assert "`syntask upgrade --from-server` reads" in done.stdout


@pytest.mark.torture
def test_a_server_that_was_upgraded_is_read_as_well(tmp_path: Path) -> None:
    """Prefect 3 on the database of Prefect 2: blocks and deployments of agents are there, in other words."""
    folder, work, home = (tmp_path / name for name in ("agents", "work", "home"))
    for each in (folder, work, home):
        each.mkdir()
    with sqlite_server(tmp_path / "old", python=old_python("2.20")) as server:
        build_deployments(server, folder)
        before = {each["name"]: each["id"] for each in server.every("deployments")}
    console = Console(work, home)
    console.copy(folder, leave_out=["__pycache__", "nightly-deployment.yaml"])
    with sqlite_server(tmp_path / "new", migrated=server.file) as newer:
        done = console.run(
            f"syntask upgrade --from-server={newer.api} --all-deployments --write --allow-dirty"
        )
        status = console.run(f"syntask upgrade status --from-server={newer.api} -o json 2>notes")
        after = {each["name"]: each["id"] for each in newer.every("deployments")}

    assert done.returncode == 0, done.stdout
    assert "hush-hush" not in done.stdout
    assert before == after
    found = entries(console)
    assert found["nightly"]["work_pool"]["job_variables"] == {"image": "orders:2", "env": {"LEVEL": "DEBUG"}}
    assert "git_clone" in str(found["often"]["pull"])
    assert found["paused"]["paused"] is True
    where = {each["deployment"]: each["schedules_on"] for each in json.loads(status.stdout)["deployments"]}
    assert where == {
        "load-orders/nightly": "old",
        "load-orders/often": "old",
        "load-orders/paused": "neither",
    }
