"""What a plan says of work pools that nobody serves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.worker import ServingWorker
from tests.support.desk import Desk

DAILY = "schedules: [{cron: 0 6 * * *}]"


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    for name in ("etl", "other"):
        desk.backend.create_pool(WorkPool(name=name, type="process"))
    return desk


def served(desk: Desk, pool: str, *, ago: timedelta = timedelta()) -> datetime:
    """A worker that was heard of that long ago, and said that it will be again within a minute."""
    seen = datetime.now(UTC) - ago
    desk.backend.beat(ServingWorker(name="w", pool=pool), seen, seconds=60)  # type: ignore[attr-defined]
    return seen


def said(desk: Desk) -> list[Diagnostic]:
    return [each for each in desk.plan().diagnostics if each.code == "idle-work-pool"]


def test_a_pool_that_was_never_served_is_noted_once(desk: Desk) -> None:
    desk.declare(f"work_pool: {{name: etl}}, {DAILY}", f"work_pool: {{name: etl}}, {DAILY}")

    (note,) = said(desk)

    assert note.is_note
    assert note.path == ("deployments", 0, "work_pool", "name")
    assert note.detail == (
        "Scheduled runs wait for a worker of `etl`. Start one with `syntask worker start --pool etl`."
    )


def test_a_pool_that_lost_its_worker_is_warned_of(desk: Desk) -> None:
    desk.declare(f"work_pool: {{name: etl}}, {DAILY}")
    seen = served(desk, "etl", ago=timedelta(hours=3))

    (warning,) = said(desk)

    assert warning.severity is Severity.WARNING
    assert f"since {seen:%Y-%m-%d %H:%M} UTC" in warning.detail


def test_a_worker_that_comes_now_and_then_is_not_missed(desk: Desk) -> None:
    desk.declare(f"work_pool: {{name: etl}}, {DAILY}")
    served(desk, "etl", ago=timedelta(minutes=50))

    assert said(desk) == []


@pytest.mark.parametrize(
    "entry",
    [
        "work_pool: {name: other}",
        "work_pool: {name: other}, schedules: []",
        "work_pool: {name: other}, schedules: [{cron: 0 6 * * *, active: false}]",
        f"work_pool: {{name: other}}, paused: true, {DAILY}",
    ],
)
def test_what_has_no_scheduled_runs_is_left_alone(desk: Desk, entry: str) -> None:
    desk.declare(entry, f"work_pool: {{name: etl}}, {DAILY}")
    served(desk, "etl")

    assert said(desk) == []


@pytest.mark.parametrize("type", ["ecs:push", "prefect:managed"])
def test_a_pool_that_only_cloud_serves_is_warned_of(desk: Desk, type: str) -> None:
    desk.backend.create_pool(WorkPool(name="hosted", type=type))
    desk.declare(f"pull: [], work_pool: {{name: hosted}}, {DAILY}")

    (warning,) = said(desk)

    assert warning.severity is Severity.WARNING
    assert warning.detail.startswith(f"Only Prefect Cloud executes runs of work pools of type `{type}`")
