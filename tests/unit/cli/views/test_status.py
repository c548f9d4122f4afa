"""What `syntask status` prints, and its JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

import click
import pytest

from syntask_yaml.cli.views.lanes import lane_lines
from syntask_yaml.cli.views.signs import signs_of
from syntask_yaml.cli.views.status import status_lines
from syntask_yaml.model.deployment import RENAMING, Deployment, Stored
from syntask_yaml.model.run import State, StateType
from syntask_yaml.operations.status.document import status_document
from syntask_yaml.operations.status.late import LateRuns
from syntask_yaml.operations.status.read import BackendStatus
from syntask_yaml.operations.status.timeline import run_timeline
from syntask_yaml.operations.why.reason import Finding, Reason, ReasonRule, Remedy
from tests.unit.operations.status.test_timeline import DAY, NOW, at, run

WAITS = Finding(
    "No worker serves the work pool `default`.", (), Remedy("syntask worker start", "to start one")
)
RUNS = [
    run(StateType.RUNNING, -0.1, name="etl/long", id="11111111-2222", worker="worker-1"),
    run(StateType.SCHEDULED, -3, name="etl/late", id="33333333-2222", work_pool="default"),
    replace(
        run(StateType.FAILED, -2, -1.5, name="etl/\x1b[2Jbad", id="44444444-2222"),
        state=State(StateType.FAILED, message="ValueError: no\nTraceback …"),
    ),
    run(StateType.COMPLETED, -7, -4, name="etl/long"),
]
STATUS = BackendStatus(
    running=(RUNS[0],),
    late=(LateRuns((RUNS[1],), (Reason(ReasonRule("no-worker", "No worker", lambda _: None), WAITS),)),),
    failed=(RUNS[2],),
    coming=((at(1), "etl/long"),),
    unserved=("default",),
    silent=frozenset({RUNS[0].id}),
    timeline=run_timeline(RUNS, {"etl/long": [at(1), at(1.1), at(9)]}, DAY),
    half_renamed=(
        Stored("1", Deployment(flow="etl", name="new", paused=True, tags=(RENAMING,)), created=at(-1)),
    ),
    cut=frozenset({"failed"}),
)
PRINTED = r"""
Running: 1
  11111111  etl/long  Running  for 6 min 0 s  worker-1
  The worker of these does not respond, so they may have ended: 11111111.
  Run `syntask why 11111111` to see what becomes of one.
Late: 1
  33333333  etl/late  Scheduled: 1 run in the work pool `default` waits for 3 hours.
    No worker serves the work pool `default`. Run `syntask worker start` to start one.
Failed in the last 24 hours: 1 or more
  44444444  etl/\x1b[2Jbad  Failed  2026-03-02 10:50:00  after 30 min 0 s  ValueError: no
Coming in the next 24 hours: 1
  2026-03-02 13:20:00  etl/long  in 1 hour
  No worker serves the work pool `default`, so these runs will be late.
  Start one with `syntask worker start --pool default`.
  `etl/new` is paused since 2026-03-02 11:20:00+00:00. Its rename stopped before it was resumed.
  Deploy its project again to resume it, or run `syntask deployment resume etl/new`.

                 12:00 18:00 Mon 2 06:00 12:00 18:00 Tue 3 06:00
✗ etl/\x1b[2Jbad                       █                            1 failed
· etl/late                            █                             1 late
▸ etl/long                        ▄▄▄▄   ▄█       ▄                 1 completed, 1 running, 3 coming
                                         ▼ now
"""


@pytest.fixture(autouse=True)
def _zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def plain(lines: Iterable[str]) -> list[str]:
    """*lines* without colors, and without blanks at their ends."""
    return [click.unstyle(line).rstrip() for line in lines]


def test_what_people_read() -> None:
    """Each part, why a run is late, and a lane for each deployment; what others named is escaped."""
    lines = plain(status_lines(STATUS, signs_of("utf-8"), 110))

    assert "\n".join(["", *lines, ""]) == PRINTED


def test_of_more_late_runs_than_are_read_the_oldest_is_not_known() -> None:
    """That the oldest one has waited for as long as the first of those that were read would not be true."""
    lines = plain(status_lines(replace(STATUS, cut=frozenset({"late"})), signs_of("utf-8"), 110))

    waits = "1 or more runs in the work pool `default` wait, the oldest for more than 3 hours."
    assert f"  33333333  etl/late  Scheduled: {waits}" in lines
    assert "Late: 1 or more" in lines


def test_lanes_fit_into_a_narrow_terminal() -> None:
    """Of plain characters: names become shorter, and numbers are left out."""
    lines = plain(lane_lines(STATUS.timeline, signs_of("ascii"), 66))

    assert max(map(len, lines)) <= 66
    assert lines[3] == "> etl/long                      ====   =#       ="


def test_a_status_as_json() -> None:
    """Each list, and of a lane the slots in which there is something."""
    shown = status_document(STATUS, "embedded:syntask.db")

    assert json.loads(json.dumps(shown, default=str))["now"] == str(NOW)
    assert [key for key, value in shown.items() if isinstance(value, list)] == (
        "running late failed coming unserved_pools silent half_renamed cut timeline".split()
    )
    (late,), (_, lane, _) = shown["late"], shown["timeline"]
    assert (late["count"], late["oldest"]["id"], late["reasons"][0]["code"]) == (1, RUNS[1].id, "no-worker")
    assert lane == {
        "deployment": "etl/late",
        "deployments": 1,
        "runs": {"SCHEDULED": 1},
        "coming": 0,
        "next": None,
        "complete_since": None,
        "slots": [{"start": DAY.start(21), "runs": {"SCHEDULED": 1}, "coming": 0}],
    }
