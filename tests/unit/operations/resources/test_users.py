"""A work pool or a queue that somebody uses is kept, and said to be: by deployments, and by flow runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.run import RunRequest, State, StateType
from tests.support.desk import Desk

POOLS = "name: shop\nresources: {{work_pools: {{{}: {{type: process, queues: {{quick: {{priority: 1}}}}}}}}}}"
QUICK = "work_queue_name: quick"


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(EmbeddedBackend.open(tmp_path / "store.db")) as backend:
        desk = Desk(tmp_path, backend=backend)
        declare(desk, "old")
        assert desk.deploy().is_good
        yield desk


def declare(desk: Desk, pool: str, *more: str, queue: str = QUICK) -> None:
    """Two deployments, one of which has a schedule, in a queue of the *pool*, which is the only one."""
    entries = (f"work_pool: {{name: {pool}, {queue}}}{each}" for each in ("", *more))
    desk.declare(*entries, top=POOLS.format(pool))


def kept(desk: Desk) -> list[str]:
    """What a deploy that prunes says to be kept."""
    outcome = desk.deploy(prune=True)
    assert outcome.is_good
    return [each.detail for each in outcome.diagnostics if each.code == "resource-kept"]


def pools(desk: Desk) -> set[str]:
    return {each.name for each in desk.backend.pools()} - {"default"}


def test_a_pool_that_gets_another_name_stays_while_runs_wait_in_it(desk: Desk) -> None:
    """Those that are due, and those that somebody asked for; the next prune deletes it after them."""
    backend, there, now = desk.backend, desk.stored().id, utc_now()
    runs = [
        backend.create_run(RunRequest(deployment_id=there, scheduled=now + timedelta(days=days)))
        for days in (-1, 0, 3)
    ]
    declare(desk, "new")
    names = "`work queue old/quick`, `work pool old`"

    planned = desk.plan(prune=True)
    said = [each.detail for each in planned.diagnostics if each.code == "resource-kept"]
    assert said == [f"Not deleted: {names}. 3 flow runs wait in it."]
    assert kept(desk) == said
    assert pools(desk) == {"old", "new"}
    assert desk.deployed().work_pool == "new"
    for run in runs[:2]:
        backend.cancel(run.id)
    assert kept(desk) == [f"Not deleted: {names}. 1 flow run waits in it."]
    backend.cancel(runs[2].id)
    assert kept(desk) == []
    assert pools(desk) == {"new"}


def test_a_pool_stays_while_runs_are_executed_in_it(desk: Desk) -> None:
    """Also those of a deployment that is deleted with it, whose waiting runs go with the deployment."""
    backend, there = desk.backend, desk.stored().id
    assert isinstance(backend, EmbeddedBackend)
    for _ in range(3):
        backend.create_run(RunRequest(deployment_id=there))
    claims = [
        found for _ in range(2) if (found := backend.claim("old", worker="w", now=utc_now(), lease=600))
    ]
    assert backend.report(claims[0], State(StateType.RUNNING), utc_now())
    desk.write("name: shop\ndeployments: []\n")

    (said,) = kept(desk)
    assert said.endswith("2 flow runs are executed in it.")
    assert (pools(desk), backend.deployments()) == ({"old"}, [])
    for claim in claims:
        assert backend.report(claim, State(StateType.COMPLETED), utc_now())
    assert kept(desk) == []
    assert pools(desk) == set()


def test_runs_that_a_schedule_made_ahead_keep_no_pool(desk: Desk) -> None:
    """They are made again in the other one."""
    declare(desk, "old", ", schedules: [{interval: 3600}]")
    assert desk.deploy().is_good
    assert isinstance(desk.backend, EmbeddedBackend)
    assert desk.backend.schedule(utc_now()) > 0
    declare(desk, "new", ", schedules: [{interval: 3600}]")
    assert kept(desk) == []
    assert pools(desk) == {"new"}


def test_a_queue_stays_while_runs_are_in_it_and_the_others_go(desk: Desk) -> None:
    run = desk.backend.create_run(RunRequest(deployment_id=desk.stored().id))
    text = (desk.folder / "syntask.yaml").read_text(encoding="utf-8")
    text = text.replace("quick: {priority: 1}", "slow: {priority: 2}, slower: {priority: 3}")
    desk.write(text.replace("work_queue_name: quick", "work_queue_name: slow"))
    assert kept(desk) == ["Not deleted: `work queue old/quick`. 1 flow run waits in it."]
    desk.write(
        text.replace("work_queue_name: quick", "work_queue_name: slow").replace(", slower: {priority: 3}", "")
    )
    assert kept(desk) == ["Not deleted: `work queue old/quick`. 1 flow run waits in it."]
    assert {each.name for each in desk.backend.queues() if each.pool == "old"} == {"default", "quick", "slow"}
    desk.backend.cancel(run.id)
    assert kept(desk) == []


def test_deployments_are_named_before_runs(desk: Desk) -> None:
    desk.backend.create_run(RunRequest(deployment_id=desk.stored().id))
    text = (desk.folder / "syntask.yaml").read_text(encoding="utf-8")
    desk.write(text.replace("old: {type: process, queues: {quick: {priority: 1}}}", ""))
    (said,) = kept(desk)
    assert said.endswith("`etl/d0` of `shop` uses it.")
