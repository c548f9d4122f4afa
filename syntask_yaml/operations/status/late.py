"""Late runs, grouped by queue, and the reasons why they wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.backend.run_states import PATIENCE
from syntask_yaml.model.run import Run, StateType
from syntask_yaml.operations.why.explanation import explain
from syntask_yaml.operations.why.facts import gather
from syntask_yaml.operations.why.reason import Reason

# The maximum number of runs that are read, and of groups that are explained.
MOST_LATE = 1000
_MOST_EXPLAINED = 5


@dataclass(frozen=True, slots=True)
class LateRuns:
    """Runs that wait in one queue and state, oldest first, and the *reasons* why the oldest waits."""

    runs: tuple[Run, ...]
    reasons: tuple[Reason, ...]

    @property
    def oldest(self) -> Run:
        return self.runs[0]


def read_late(backend: Backend, now: datetime) -> list[Run]:
    """Return the late runs, latest due time first."""
    waiting = frozenset({StateType.SCHEDULED})
    return backend.runs(RunFilter(states=waiting, until=now - PATIENCE, limit=MOST_LATE))


def explain_late(backend: Backend, late: Sequence[Run], now: datetime) -> tuple[LateRuns, ...]:
    """Return *late* runs by queue and state, largest group first; only the first groups have reasons."""
    groups: defaultdict[tuple[str | None, str | None, str], list[Run]] = defaultdict(list)
    for run in reversed(late):
        groups[run.work_pool, run.work_queue, run.state.name].append(run)
    ranked = sorted(groups.values(), key=len, reverse=True)
    return tuple(
        LateRuns(
            tuple(runs), explain(gather(backend, runs[0], now)).reasons if place < _MOST_EXPLAINED else ()
        )
        for place, runs in enumerate(ranked)
    )
