"""`syntask upgrade` as users call it: a repository of agents becomes one that runs, and CI can ask."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Console
from tests.support.upgrading import FLOW, OldRepository, saved

ROOT = Path(__file__).parents[2]
COMMIT = (
    f"export GIT_CONFIG_GLOBAL={os.devnull}; git init -q && git add -A && "
    "git -c user.name=Tester -c user.email=tester@example.com commit -q -m before"
)


@pytest.fixture(name="old")
def _old(console: Console) -> OldRepository:
    old = OldRepository(console.directory)
    old.write("flows.py", FLOW)
    return old


def test_the_example_of_agents_is_converted_and_runs(console: Console) -> None:
    """On the embedded backend, with a worker that serves the queue of the old agent."""
    console.copy(ROOT / "examples" / "agents")

    for line in (
        COMMIT,
        "syntask upgrade --write",
        "syntask validate --strict",
        "syntask deploy --all",
        "syntask deployment run nightly -p limit=3",
        "syntask worker start --run-once --work-queue loads",
        "syntask upgrade --check",
    ):
        done = console.run(line)
        assert done.returncode == 0, f"{line}\n{done.stdout}"

    assert "3 orders from shop" in console.run("syntask flow-run logs").stdout
    assert "paused" in console.run("syntask deployment inspect weekly").stdout
    deploys = (console.directory / "deploy.sh").read_text()
    assert "syntask deploy -n load-orders/nightly -n send-report/weekly" in deploys
    assert "syntask worker start --pool default --limit 5 --work-queue loads --work-queue default" in deploys


@pytest.mark.parametrize(
    ("fields", "options", "code"),
    [
        ({}, "", 0),
        ({}, "--write --allow-dirty", 0),
        ({}, "--check", 2),
        ({}, "--check --write", 2),
        ({"strange": 1}, "", 1),
        ({"strange": 1}, "--write --allow-dirty", 1),
        ({"schedule": {"cron": "at six"}}, "--write --allow-dirty", 1),
        ({}, "--write", 64),
        ({}, "nowhere", 1),
        ({}, "--pool wrong", 64),
    ],
)
def test_the_exit_code_says_what_is_left(
    console: Console, old: OldRepository, fields: dict[str, Any], options: str, code: int
) -> None:
    old.deployment(**fields)

    done = console.run(f"syntask upgrade {options}")

    assert done.returncode == code, done.stdout
    assert (old.root / "syntask.yaml").exists() is ("--allow-dirty" in options and "cron" not in str(fields))


def test_a_dry_run_changes_nothing(console: Console, old: OldRepository) -> None:
    old.deployment()
    old.write("run.sh", "prefect agent start -q default\n")
    before = {path: path.read_bytes() for path in old.root.rglob("*")}

    for options in ("", "--check", "-o json", "-o github", "-o sarif", "--no-diff", "--remove"):
        console.run(f"syntask upgrade {options}")

    assert {path: path.read_bytes() for path in old.root.rglob("*")} == before


def test_json_has_the_outcome_of_every_field(console: Console, old: OldRepository) -> None:
    old.deployment(tags=["a"], version="0" * 32, strange=1)

    document = json.loads(console.run("syntask upgrade -o json").stdout)

    (deployment,) = document["deployments"]
    outcomes = {tuple(field["path"]): (field["outcome"], field["note"]) for field in deployment["fields"]}
    assert outcomes[("tags",)] == ("carried", "tags")
    assert outcomes[("version",)][0] == "dropped"
    assert outcomes[("strange",)] == ("reported", "unknown-field")
    assert deployment["entry"]["tags"] == ["a"]
    assert document["work_pools"][0]["command"] == "syntask work-pool create default --type process"
    assert [each["file"] for each in document["files"]] == ["syntask.yaml", "nightly-deployment.yaml"]


def test_a_report_is_a_page(console: Console, old: OldRepository) -> None:
    old.deployment(description="a | b", strange=1)

    console.run("syntask upgrade --report report.md")

    page = (old.root / "report.md").read_text()
    assert page.startswith("# From agents to workers\n")
    assert "| load-orders/nightly | strange | reported | unknown-field |" in page
    assert "syntask work-pool create default" in page


def test_a_report_is_json_where_its_name_says_so(console: Console, old: OldRepository) -> None:
    old.deployment(strange=1)

    printed = console.run("syntask upgrade -o json --report report.json").stdout

    assert json.loads((old.root / "report.json").read_text()) == json.loads(printed)


@pytest.mark.parametrize("name", ["nightly-deployment.yaml", "deployment.yaml"])
@pytest.mark.parametrize("command", ["plan --all", "deploy --all", "validate"])
def test_without_a_project_file_the_upgrade_is_named(
    console: Console, old: OldRepository, name: str, command: str
) -> None:
    old.deployment(name)

    done = console.run(f"syntask {command}")

    assert done.returncode == 1
    assert f"`{name}` is a file of Prefect 2. `syntask upgrade` shows" in done.stdout


def test_a_list_beside_no_project_file_is_named_too(console: Console, old: OldRepository) -> None:
    old.write("deployment.yaml", "deployments:\n- {name: a, entrypoint: 'flows.py:load_orders'}\n")

    old.write("deployments.yaml", "deployments:\n- {name: b, entrypoint: 'flows.py:load_orders'}\n")

    hint = "`deployment.yaml` and 1 more are files of Prefect 2. `syntask upgrade` shows how to convert them."
    assert hint in console.run("syntask plan --all").stdout


def test_validating_a_file_of_agents_names_its_upgrade(console: Console, old: OldRepository) -> None:
    old.deployment("old files/deployment.yaml")

    done = console.run("syntask validate 'old files/deployment.yaml'")

    assert done.stdout.count("[agent-deployment]") == 1
    assert done.stdout.count("error:") == 1
    assert "`syntask upgrade 'old files/deployment.yaml'`" in done.stdout


@pytest.mark.parametrize("name", ["status", "switch", "back"])
def test_a_file_with_the_name_of_a_command_is_reached_by_its_path(console: Console, name: str) -> None:
    folder = console.directory / name
    folder.mkdir()
    OldRepository(folder).deployment()

    assert f"{name}/nightly-deployment.yaml" in console.run(f"syntask upgrade ./{name}").stdout
    assert "nightly-deployment.yaml" not in console.run(f"syntask upgrade {name}").stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--from-server folder", "`folder` is not the API URL of a server."),
        ("--from-server", "`--from-server` has no URL, and no server is configured."),
        ("status", "`--from-server` has no URL, and no server is configured."),
        ("--all-deployments", "`--all-deployments` requires a server."),
        ("switch a b --old c", "`--old` names one deployment."),
    ],
)
def test_a_server_has_to_be_named(console: Console, options: str, said: str) -> None:
    done = console.run(f"syntask upgrade {options}")

    assert (done.returncode, said in done.stdout) == (64, True), done.stdout


def test_a_server_that_does_not_answer_is_an_error(old: OldRepository, console: Console) -> None:
    old.deployment(infrastructure=saved("process", "orders"))

    done = console.run("syntask upgrade --from-server=http://127.0.0.1:1/api")

    assert (done.returncode, "Cannot connect to the server" in done.stdout) == (1, True), done.stdout


def test_what_was_not_switched_does_not_go_back(console: Console) -> None:
    done = console.run("syntask upgrade back load-orders/nightly")

    assert (done.returncode, "was not switched from here" in done.stdout) == (1, True), done.stdout


def test_the_pool_of_processes_has_the_name_that_is_given(console: Console, old: OldRepository) -> None:
    """Another name for one of them counts more, and what writes the changes repeats both."""
    old.deployment()
    old.deployment("other.yaml", name="other", work_pool_name="left")

    done = console.run("syntask upgrade --default-pool machines --pool left=right --no-diff -o json")

    entries = [each["entry"] for each in json.loads(done.stdout)["deployments"]]
    assert {each["name"]: each["work_pool"]["name"] for each in entries} == {
        "nightly": "machines",
        "other": "right",
    }
    shown = console.run("syntask upgrade --default-pool machines --pool left=right --no-diff").stdout
    assert "syntask upgrade --pool=left=right --default-pool=machines --write" in shown


def test_only_flows_are_those_of_prefect_1(console: Console, old: OldRepository) -> None:
    old.deployment()
    old.write("old.py", "from prefect import Flow, task\n\nwith Flow('f') as flow:\n    task(print)(1)\n")

    done = console.run("syntask upgrade --only flows --submit --imports syntask --write --allow-dirty")

    assert "1 file of Prefect 1" in done.stdout
    assert "load-orders/nightly" not in done.stdout
    assert (old.root / "old.py").read_text().startswith("from syntask import task, flow\n")


def test_only_pools_leave_entries_as_they_are(console: Console, old: OldRepository) -> None:
    old.deployment(infrastructure=saved("process", "machines", working_dir="/srv"))

    done = console.run("syntask upgrade --only pools --write --allow-dirty")

    assert done.returncode == 0, done.stdout
    assert "syntask work-pool create machines --type process" in done.stdout
    assert not (old.root / "syntask.yaml").exists()
