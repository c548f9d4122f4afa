"""Cancelling runs: before they begin, while their code is pulled, while they go on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from syntask_yaml.model.run import StateType
from tests.support.processes import is_alive, runs_of
from tests.support.site import Site, until

Deployed = Callable[..., Site]
CANCELLED = StateType.CANCELLED
# A step that says that it is there, and takes its time.
SLOW_PULL = [
    {
        "syntask.deployments.steps.run_shell_script": {
            "script": "echo $$ >> $MARKS/pulling; sleep 600; true",
            "shell": True,
        }
    }
]


def test_a_run_that_has_not_begun(deployed: Deployed) -> None:
    """Is cancelled at once, and nobody executes it."""
    site = deployed("sleeps")
    (run,) = site.ask("sleeps")
    site.syntask("flow-run", "cancel", run)

    assert site.run(run).state.type is CANCELLED
    site.work()
    assert site.marked("began") == []
    again = site.call("flow-run", "cancel", run)
    assert (again.returncode, "has already ended" in again.stderr) == (1, True)


def test_a_run_whose_code_is_pulled(deployed: Deployed) -> None:
    """Is cancelled at once, and so is the step; the flow is never called."""
    site = deployed(sleeps={"pull": SLOW_PULL})
    with site.worker():
        (run,) = site.ask("sleeps")
        until(lambda: site.marked("pulling"))
        site.syntask("flow-run", "cancel", run)
        assert site.run(run).state.type is CANCELLED
        until(lambda: not list((site.home / "runs").iterdir()))
    assert site.marked("began") == []
    assert not is_alive(int(site.marked("pulling")[0]))


@pytest.mark.parametrize("victim", ["worker", "run"])
def test_a_step_does_not_outlive_what_it_serves(deployed: Deployed, victim: str) -> None:
    """Its processes end with the run, however that ends: nobody waits for what they do."""
    site = deployed(sleeps={"pull": SLOW_PULL})
    with site.worker() as worker:
        site.ask("sleeps")
        until(lambda: site.marked("pulling"))
        (run,) = runs_of(worker.pid)
        os.kill(worker.pid if victim == "worker" else run, signal.SIGKILL)
        until(lambda: not is_alive(int(site.marked("pulling")[0])))


def test_a_run_that_goes_on(deployed: Deployed) -> None:
    """Is asked to end; what it does not finish is not finished."""
    site = deployed("sleeps")
    with site.worker():
        (run,) = site.ask("sleeps")
        until(lambda: site.marked("began"))
        site.syntask("flow-run", "cancel", run)
        ended = site.until(run)
    assert ended.state.type is CANCELLED
    assert ended.ended
    assert site.marked("ended") == []


def test_a_run_may_tidy_up(deployed: Deployed) -> None:
    """It is asked before it is made to."""
    site = deployed("tidies_up")
    with site.worker():
        (run,) = site.ask("tidies_up")
        until(lambda: site.marked("began"))
        time.sleep(0.2)  # until it listens
        site.syntask("flow-run", "cancel", run)
        assert site.until(run).state.type is CANCELLED
    assert site.marked("tidied") == ["x"]
    assert "tidied up" in site.text(run)


def test_a_run_that_does_not_obey(deployed: Deployed) -> None:
    """Is ended after a while."""
    site = deployed("does_not_obey")
    with site.worker(SYNTASK_WORKER_GRACE_SECONDS="0.5"):
        (run,) = site.ask("does_not_obey")
        until(lambda: site.marked("began"))
        site.syntask("flow-run", "cancel", run)
        assert site.until(run).state.type is CANCELLED


@pytest.mark.parametrize("name", ["no-such-run", "ffff"])
def test_a_run_that_is_none(deployed: Deployed, name: str) -> None:
    site = deployed("returns")
    done = site.call("flow-run", "cancel", name)
    assert (done.returncode, f"no run `{name}`" in done.stderr, "not a name" in done.stderr) == (
        1,
        True,
        True,
    )


def test_the_hooks_of_a_flow_that_is_cancelled(deployed: Deployed) -> None:
    """They are called before its process ends."""
    site = deployed("tells_that_it_is_cancelled")
    with site.worker():
        (run,) = site.ask("tells_that_it_is_cancelled")
        until(lambda: site.marked("begun"))
        site.syntask("flow-run", "cancel", run)
        until(lambda: site.run(run).ended is not None)
        until(lambda: site.marked("cancelled"))

    assert site.marked("cancelled") == ["Cancelling Cancelling"]
    assert site.run(run).state.type is CANCELLED
