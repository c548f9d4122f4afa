"""Work pools: what of them a run sees, and which ones are not served."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Console
from tests.support.kept_pools import keep_pool

_FLOW = """import os

from syntask import flow


@flow
def show() -> None:
    print(os.environ.get("A"), os.environ.get("B"), os.environ.get("C"), os.getcwd())
"""


@pytest.fixture(name="console")
def _pool_console(console: Console) -> Console:
    (console.directory / "flows.py").write_text(_FLOW, encoding="utf-8")
    return console


def _declare(console: Console, pool: str, **job_variables: Any) -> None:
    entry = {
        "name": "d",
        "entrypoint": "flows.py:show",
        "pull": [],
        "work_pool": {"name": pool, "job_variables": job_variables},
    }
    path = console.directory / "syntask.yaml"
    path.write_text(json.dumps({"name": "pools", "deployments": [entry]}), encoding="utf-8")


def _create(console: Console, name: str, place: Path, **properties: Any) -> None:
    template = json.loads(console.run("syntask work-pool get-default-template").stdout)
    template["variables"]["properties"] |= properties
    template["job_configuration"] |= {name: f"{{{{ {name} }}}}" for name in properties}
    template["variables"]["required"] = ["team"] if "team" in properties else []
    (place / "template.json").write_text(json.dumps(template), encoding="utf-8")
    done = console.run(f"syntask work-pool create {name} --base-job-template {place}/template.json")
    assert done.returncode == 0, done.stdout


def test_the_template_of_the_pool_is_obeyed(console: Console) -> None:
    """Its defaults, under the job variables of the deployment and those of the run; null takes away."""
    env = {"type": "object", "default": {"A": "pool", "B": "pool", "C": "pool"}}
    _create(console, "typed", console.home, env=env, working_dir={"default": str(console.directory)})
    _declare(console, "typed", env={"B": "deployment", "C": None})
    console.run("syntask deploy --all")
    console.run("syntask deployment run show/d --job-variable env.A=run")

    console.run("C=worker syntask worker start --pool typed --run-once")

    assert f"run deployment None {console.directory}\n" in console.run("syntask flow-run logs").stdout


def test_a_required_variable_is_asked_for(console: Console) -> None:
    """At plan, and where a run is created without it."""
    _create(console, "strict", console.home, team={"type": "string"})
    _declare(console, "strict")

    planned = console.run("syntask deploy --all")
    refused = console.run("syntask deployment run show/d")
    run = console.run("syntask deployment run show/d --job-variable team=data")

    assert (planned.returncode, refused.returncode, run.returncode) == (0, 1, 0), planned.stdout
    assert "requires the job variable `team`" in planned.stdout
    assert "requires the job variable `team`" in refused.stdout


@pytest.mark.parametrize("variable", ["evn=x", "env=[1]", "working_dir=5", "stream_output=maybe", "evn.A=x"])
def test_the_job_variables_of_a_run_are_checked(console: Console, variable: str) -> None:
    """Before the run is created."""
    _declare(console, "default")
    console.run("syntask deploy --all")

    assert console.run(f"syntask deployment run show/d --job-variable '{variable}'").returncode == 1
    assert "There are no runs." in console.run("syntask flow-run ls").stdout


@pytest.mark.parametrize("type", ["kubernetes", "anything"])
def test_a_pool_of_another_type_is_not_created(console: Console, type: str) -> None:
    """It would never be served."""
    done = console.run(f"syntask work-pool create other --type {type}")

    assert done.returncode == 1
    assert f"does not serve work pools of type `{type}`, only `process`, `docker`" in done.stdout


def test_a_pool_of_another_type_that_is_there_is_not_executed(console: Console) -> None:
    """Plan, deploy and the worker say so, and its runs stay where they are."""
    _declare(console, "default")
    console.run("syntask deploy --all && syntask deployment run show/d")
    keep_pool(console.home, "boxes", "kubernetes")
    _declare(console, "boxes")

    for command in ("plan --all", "deploy --all", "worker start --pool boxes --run-once"):
        done = console.run(f"syntask {command}")
        assert done.returncode == 1
        assert "`kubernetes`" in done.stdout
    assert "NOT_READY" in console.run("syntask work-pool ls").stdout


def test_a_worker_of_another_type_than_its_pool_does_not_start(console: Console) -> None:
    done = console.run("syntask worker start --type docker --run-once")

    assert done.returncode == 64
    assert "The work pool `default` is of type `process`, not `docker`." in done.stdout
    assert console.run("syntask worker start --type process --run-once").returncode == 0


def test_a_pool_is_paused_resumed_changed_and_deleted(console: Console) -> None:
    """A paused pool, and one with a limit of 0, are said where they are met."""
    _declare(console, "rest")
    console.run("syntask work-pool create rest --paused")

    assert "The work pool `rest` is paused" in console.run("syntask deploy --all").stdout
    asked = console.run("syntask deployment run show/d").stdout
    assert "The work pool `rest` is paused, so its runs wait until it is resumed. Run `syntask wor" in asked
    assert "No worker serves the work pool `rest`" in asked
    assert "The work pool `rest` is paused" in console.run("syntask worker start -p rest --run-once").stdout
    assert console.run("syntask work-pool resume rest").returncode == 0
    assert console.run("syntask work-pool update rest --concurrency-limit 0 --description x").returncode == 0
    assert "a concurrency limit of 0" in console.run("syntask plan --all").stdout
    rows = [line.split() for line in console.run("syntask work-pool ls").stdout.splitlines()]
    assert ["rest", "process", "NOT_READY", "0"] in rows
    assert console.run("syntask work-pool update rest --no-concurrency-limit").returncode == 0
    assert "warning" not in console.run("syntask plan --all").stdout
    assert "is used by `show/d`" in console.run("syntask work-pool delete rest --yes").stdout
    console.run("syntask deployment delete show/d --yes")
    assert console.run("syntask work-pool delete rest --yes").returncode == 0
    assert console.run("syntask work-pool pause rest").returncode == 1
