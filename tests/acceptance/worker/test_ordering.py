"""Flows that have deployments run, and wait for them."""

from __future__ import annotations

from collections.abc import Callable

from syntask_yaml.model.run import StateType
from tests.support.site import Site

Deployed = Callable[..., Site]


def test_a_flow_runs_deployments(deployed: Deployed) -> None:
    """And gets their final states, or the run at once; a key makes two calls one run."""
    site = deployed()
    site.deploy({"p": {"entrypoint": "ordering.py:part"}, "w": {"entrypoint": "ordering.py:whole"}})
    (run,) = site.ask("w")
    with site.worker():
        assert site.until(run).state.type is StateType.COMPLETED, site.text(run)

    printed = site.text(run).splitlines()
    assert "the-second Completed {'number': 2}" in printed
    assert "Failed ValueError: too many" in printed
    assert "False True Completed" in printed


def test_coroutines_run_deployments(deployed: Deployed) -> None:
    site = deployed()
    site.deploy({"p": {"entrypoint": "ordering.py:part"}, "w": {"entrypoint": "ordering.py:together"}})
    (run,) = site.ask("w")
    with site.worker():
        site.until(run)

    assert "[True, True]" in site.text(run).splitlines(), site.text(run)


def test_a_flow_names_its_run(deployed: Deployed) -> None:
    site = deployed()
    site.deploy({"n": {"entrypoint": "ordering.py:named"}})
    (run,) = site.ask("n", name="asked-for")
    site.work()

    assert (site.run(run).name, site.run(run).state.type) == ("days-3", StateType.COMPLETED)
