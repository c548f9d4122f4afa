"""Runs that should have begun: in which queue they wait, and why."""

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

# So many runs are read, and for so many groups of them it is found out why they wait.
MOST_LATE = 1000
_MOST_EXPLAINED = 5


@dataclass(frozen=True, slots=True)
class LateRuns:
    """Runs that wait in one queue and one state, the oldest first, and the *reasons* why that one waits."""

    runs: tuple[Run, ...]
    reasons: tuple[Reason, ...]

    @property
    def oldest(self) -> Run:
        return self.runs[0]


def read_late(backend: Backend, now: datetime) -> list[Run]:
    """Return the runs that should have begun, the one that was due last first."""
    waiting = frozenset({StateType.SCHEDULED})
    return backend.runs(RunFilter(states=waiting, until=now - PATIENCE, limit=MOST_LATE))


def explain_late(backend: Backend, late: Sequence[Run], now: datetime) -> tuple[LateRuns, ...]:
    """Return *late* runs by where they wait, most runs first; of many groups, the first ones have reasons."""
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
