"""A day of a few deployments at a time that stands still, for the pictures of `syntask status`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import Run, State, StateType
from syntask_yaml.operations.status.late import LateRuns
from syntask_yaml.operations.status.read import BackendStatus
from syntask_yaml.operations.status.timeline import run_timeline
from syntask_yaml.operations.status.window import SCALES, Window
from syntask_yaml.operations.why.explanation import explain
from syntask_yaml.operations.why.facts import Facts

NOW = datetime(2026, 3, 2, 12, 20, tzinfo=UTC)
WINDOW = Window.around(NOW, SCALES["day"])
# Of each deployment: the hours between two runs, the minutes that one takes, and which of them failed.
PAST = {
    "load/orders": (1, 4, (3, 9)),
    "load/stock": (1, 75, ()),
    "report/berlin": (6, 12, (2,)),
    "report/oslo": (24, 30, ()),
}


def _run(deployment: str, state: StateType, hours: float, minutes: float | None, message: str = "") -> Run:
    """A run that was due so many *hours* ago; None: it has not ended."""
    due = NOW - timedelta(hours=hours)
    return Run(
        id=f"{abs(int(hours * 7919)) % 65536:04x}{len(deployment):04x}-0000",
        name="calm-owl",
        flow=deployment.partition("/")[0],
        deployment_id=deployment,
        deployment=deployment,
        state=State(state, "Late" if state is StateType.SCHEDULED else "", message),
        work_pool="reports" if deployment == "report/oslo" else "default",
        scheduled=due,
        started=None if state is StateType.SCHEDULED else due,
        ended=None if minutes is None else due + timedelta(minutes=minutes),
        worker="vm-1",
    )


def _past(deployment: str) -> Iterator[Run]:
    pause, minutes, failed = PAST[deployment]
    for number in range(1, 24 // pause + 1):
        hours = number * pause - pause + 1.25
        is_failed = number in failed
        state = StateType.FAILED if is_failed else StateType.COMPLETED
        yield _run(deployment, state, hours, minutes, "ValueError: no rows" if is_failed else "")


def status() -> BackendStatus:
    """How that backend stands: one run goes on, and another one waits in a pool that nobody serves."""
    past = list(chain.from_iterable(map(_past, PAST)))
    failed = [run for run in past if run.state.type is StateType.FAILED]
    running = _run("load/orders", StateType.RUNNING, 0.25, None)
    late = _run("report/oslo", StateType.SCHEDULED, 0.2, None)
    coming = {
        name: tuple(NOW + timedelta(hours=hours * pause - 0.25) for hours in range(1, 24 // pause + 1))
        for name, (pause, _, _) in PAST.items()
    }
    facts = Facts(run=late, now=NOW, has_own_worker=True, pool=WorkPool(name="reports", type="process"))
    return BackendStatus(
        running=(running,),
        silent=frozenset(),
        late=(LateRuns((late,), explain(facts).reasons),),
        failed=tuple(sorted(failed, key=lambda run: run.ended or NOW, reverse=True)),
        coming=tuple(sorted((time, name) for name, times in coming.items() for time in times)),
        unserved=(),
        timeline=run_timeline([*past, running, late], coming, WINDOW),
        half_renamed=(),
        cut=frozenset(),
    )
