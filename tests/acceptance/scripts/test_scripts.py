"""Flows that scripts call, seen by the real commands."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.run import Run, StateType
from syntask_yaml.script.lost import end_lost_runs
from tests.support.site import Site, until

SCRIPT = Path(__file__).with_name("code") / "tracked.py"


@pytest.fixture(name="site")
def _site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


@contextmanager
def started(site: Site, how: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), how],
        env=site.environment(**environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ran(site: Site, how: str, **environ: str) -> tuple[str, str]:
    """What the script prints, and what it says on standard error; it ends well."""
    with started(site, how, **environ) as process:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    return out, err


def only_run(site: Site) -> Run:
    (run,) = site.runs()
    return run


def test_a_script_is_a_run(site: Site) -> None:
    """With its tasks and lines; commands say what they can do with it."""
    out, err = ran(site, "works")
    run = only_run(site)

    assert (out, "syntask:" in err) == ("followed\ndone\n", False)
    assert (run.flow, run.state.type, run.state.message) == ("etl", StateType.FAILED, "ValueError: no")
    assert run.parameters["days"] == 3
    assert (run.parameters["odd"], len(str(run.parameters["long"]))) == (str(object), 10_001)
    shown = json.loads(site.syntask("flow-run", "inspect", run.id, "-o", "json"))
    assert (shown["deployment"], shown["worker"]) == (None, run.worker)
    states = {child["name"]: child["state"] for child in shown["children"]}
    assert states == {"load-0": "COMPLETED", "load-1": "CRASHED"}
    assert site.text(run.id) == "from a task"
    assert "etl" in site.syntask("flow-run", "ls")
    assert "from a task" in site.syntask("flow-run", "logs", "--task", "load-0")
    assert "raised an exception: ValueError: no" in site.syntask("why", run.id)
    assert "has no deployment" in site.call("flow-run", "retry", run.id).stderr


def test_flows_and_tasks_of_a_script_are_kept(site: Site) -> None:
    """As they are called, with their lines; a flow that raises ends the script, and its run failed."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT.with_name("orders.py"))],
        env=site.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    run = only_run(site)

    assert done.returncode == 1
    assert "no customer 2" in done.stderr
    assert (run.flow, run.state.type, run.parameters) == ("orders", StateType.FAILED, {"numbers": [0, 1, 2]})
    with site.backend() as backend:
        children = backend.children(run.id)
        lines = {line.message: line.task for line in backend.logs(run.id)}
    assert [(child.kind, child.of, child.state.type.value) for child in children] == [
        ("flow", "inner", "FAILED"),
        ("task", "load", "COMPLETED"),
        ("task", "load", "COMPLETED"),
        ("task", "load", "FAILED"),
    ]
    assert {child.parent for child in children[1:]} == {children[0].id}
    assert (lines["begins"], lines["loads 1"]) == (None, children[2].id)


def test_two_flows_of_a_script_are_two_runs(site: Site) -> None:
    ran(site, "twice")

    assert {(run.flow, run.state.type) for run in site.runs()} == {
        ("etl", StateType.COMPLETED),
        ("second", StateType.FAILED),
    }


def test_a_script_that_is_killed_has_crashed(site: Site) -> None:
    """As soon as its lease is over, and whoever looks; the next script ends it."""
    with started(site, "hangs") as process:
        assert process.stdout is not None
        until(lambda: "began" in process.stdout.readline())  # type: ignore[union-attr]
        run = only_run(site)
        until(lambda: children(site, run))
        end_lost_of(site)
        assert only_run(site).state.type is StateType.RUNNING
        process.send_signal(signal.SIGKILL)
        process.wait(15)
    assert only_run(site).state.type is StateType.RUNNING

    end_lost_of(site)
    assert only_run(site).state.type is StateType.CRASHED
    assert "The script that called the flow was killed" in site.syntask("why", run.id)


def end_lost_of(site: Site) -> None:
    """Do what the next script does when the lease is over."""
    then = utc_now() + timedelta(seconds=61)
    backend = EmbeddedBackend.open(site.store, clock=lambda: then)
    end_lost_runs(backend, site.home, then)
    backend.close()


def children(site: Site, run: Run) -> list[StateType]:
    with site.backend() as backend:
        return [child.state.type for child in backend.children(run.id)]


@pytest.mark.parametrize("how", ["hangs", "hangs_in_the_background"])
def test_a_script_can_be_cancelled(site: Site, how: str) -> None:
    """As Ctrl-C would, also where that is ignored."""
    with started(site, how) as process:
        assert process.stdout is not None
        until(lambda: "began" in process.stdout.readline())  # type: ignore[union-attr]
        run = only_run(site)
        site.syntask("flow-run", "cancel", run.id)
        out, _ = process.communicate(timeout=60)
    assert "interrupted" in out
    assert only_run(site).state.type is StateType.CANCELLED
    assert children(site, run) == [StateType.CANCELLED]


def test_a_process_that_the_flow_forks_is_not_the_run(site: Site) -> None:
    ran(site, "forks")
    run = only_run(site)

    assert (run.state.type, children(site, run)) == (StateType.COMPLETED, [])


def test_many_tasks_are_kept(site: Site) -> None:
    ran(site, "many")

    assert set(children(site, only_run(site))) == {StateType.COMPLETED}
    assert len(children(site, only_run(site))) == 5_000


@pytest.mark.parametrize(
    "environ",
    [
        {"SYNTASK_TRACK": "0"},
        {"SYNTASK_BACKEND": "http://127.0.0.1:9/api"},
        {"PREFECT_API_URL": "https://x/api"},
    ],
    ids=["off", "server", "prefect"],
)
def test_what_is_not_kept_here_makes_no_store(site: Site, environ: dict[str, str]) -> None:
    assert ran(site, "works", **environ) == ("not followed\ndone\n", "")
    assert not site.store.exists()


def _newer(site: Site) -> None:
    with sqlite3.connect(site.store) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _no_folder(site: Site) -> None:
    site.store.unlink()
    site.store.mkdir()


def _no_store(site: Site) -> None:
    site.store.write_text("nothing that is a store, and long enough to be one\n" * 100)


@pytest.mark.parametrize("spoil", [_newer, _no_folder, _no_store])
def test_a_store_that_cannot_be_written_costs_one_warning(site: Site, spoil: object) -> None:
    """The flow runs."""
    with site.backend():
        pass
    spoil(site)  # type: ignore[operator]
    out, err = ran(site, "works")

    assert out == "not followed\ndone\n"
    assert err.startswith("syntask: The run of the flow `etl` is not kept. ")
    assert err.endswith(" Set SYNTASK_TRACK=0 to keep nothing.\n")
    assert err.count("\n") == 1


def test_a_store_that_is_locked_costs_one_warning(site: Site) -> None:
    with site.backend():
        pass
    with sqlite3.connect(site.store, isolation_level=None) as connection:
        connection.execute("BEGIN IMMEDIATE")
        out, err = ran(site, "works")
        connection.execute("ROLLBACK")
    connection.close()

    assert out == "not followed\ndone\n"
    assert "is not kept" in err
