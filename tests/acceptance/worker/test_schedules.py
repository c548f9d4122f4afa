"""Schedules become runs, and runs are executed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from syntask_yaml.model.run import Run, StateType
from tests.support.site import Site, until

Deployed = Callable[..., Site]


def completed(site: Site, count: int) -> list[Run]:
    """The scheduled runs that completed, once there are *count*, in the order in which they were due."""

    def look() -> list[Run]:
        runs = [run for run in site.runs(StateType.COMPLETED) if run.is_scheduled]
        return runs if len(runs) >= count else []

    return until(look)[::-1]


def test_each_occurrence_is_executed_once(deployed: Deployed) -> None:
    """By either of two workers, with the parameters of the schedule."""
    schedule = {"interval": 1, "parameters": {"name": "the schedule"}}
    site = deployed(undecorated={"schedules": [schedule], "parameters": {"name": "the deployment"}})
    with site.worker(), site.worker():
        runs = completed(site, 4)
    times = [run.scheduled for run in runs if run.scheduled]
    assert len(set(times)) == len(runs)
    assert {second - first for first, second in pairwise(times)} == {timedelta(seconds=1)}
    assert "hello the schedule" in site.text(runs[0].id)


def test_a_deployment_that_is_paused_rests_until_it_is_resumed(deployed: Deployed) -> None:
    """A worker that is at work notices both."""
    site = deployed(
        returns={"schedules": [{"interval": 1}], "paused": True},
        undecorated={"schedules": [{"interval": 1}]},
    )
    with site.worker():
        completed(site, 2)
        assert {run.deployment for run in site.runs()} == {"undecorated/undecorated"}
        site.syntask("deployment", "resume", "returns/returns")
        until(lambda: {run.deployment for run in completed(site, 1)} > {"undecorated/undecorated"})
